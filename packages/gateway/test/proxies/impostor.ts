import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig, type PrintName } from '@countersign/gateway'
import { listen } from '../../../../conformance/application.ts'
import { startApplication, type Application } from './application.ts'
import { freePort, PROGRAMS, startProgram } from './programs.ts'
import { configOf, tellOf } from './site.ts'

/** A proxy before something that is no gateway. */
export interface Deceived {
  /** Of the proxy. */
  readonly port: number
  readonly seen: Application['seen']
  /** What came to the impostor. */
  readonly asked: readonly string[]
  end(): Promise<void>
}

/** Starts a real proxy whose questions come to `listener`, with what is printed for a gateway at that place. */
export async function startDeceived(
  name: PrintName,
  program: keyof typeof PROGRAMS,
  { listener, change = (printed) => printed }: { readonly listener: RequestListener; readonly change?: (printed: string) => string },
): Promise<Deceived> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-impostor-'))
  const asked: string[] = []
  const note: RequestListener = (request, response) => {
    asked.push(request.url ?? '')
    listener(request, response)
  }
  // Apache asks at the gateway's own port, and the others at that for proxies.
  const [application, front, decisions] = [await startApplication(), await listen(createServer(note)), await listen(createServer(note))]
  const port = await freePort()
  await writeFile(join(folder, 'countersign.yaml'), configOf(application.port, [front.port, decisions.port]))
  const { config } = await loadConfig(join(folder, 'countersign.yaml'), { environment: {} })
  if (config === undefined) throw new Error('the configuration cannot be read')
  const { printed, extra } = tellOf(name, config, port)
  const started = await startProgram(PROGRAMS[program], { folder, printed: change(printed), extra, port })
  return {
    port,
    seen: application.seen,
    asked,
    async end() {
      await started.end()
      await Promise.all([application.close(), front.close(), decisions.close(), rm(folder, { recursive: true, force: true })])
    },
  }
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, type Gateway } from '@countersign/gateway'

export interface Running {
  readonly gateway: Gateway
  /** Of the log. */
  readonly lines: string[]
  end(): Promise<void>
}

/** Starts a gateway with a configuration, in a folder of its own. */
export async function startWith(config: string): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-forward-auth-'))
  const lines: string[] = []
  const file = join(folder, 'countersign.yaml')
  await writeFile(file, config)
  const gateway = await startGateway({ file, log: { write: (line: string) => lines.push(line) > 0 }, watch: false, environment: {} })
  return {
    gateway,
    lines,
    async end() {
      await gateway.close()
      await rm(folder, { recursive: true })
    },
  }
}

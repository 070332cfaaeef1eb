import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
export const FOLDER = fileURLToPath(new URL('..', import.meta.url))
const MAIN = join(FOLDER, 'dist/main.js')

/** The program of the example while it runs. */
export interface Program {
  /** Everything that it printed until it listened. */
  readonly printed: string
  /** The addresses that it printed, by what they stand for. */
  readonly origins: Readonly<Record<'api' | 'upstream' | 'issuer' | 'admin', string>>
  /** The variables with which commands find its store. */
  readonly environment: Readonly<Record<string, string>>
  /** Sends a signal, waits for the end, and gives the exit code. */
  end(signal: 'SIGINT' | 'SIGTERM'): Promise<number | null>
}

/** Starts the program as a user would, on free ports and with a store of its own unless `STORE` is empty, and waits until it listens. */
export async function startProgram(chosen: { readonly STORE?: '' } = {}): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-example-'))
  const environment = { STORE: join(folder, 'countersign.db'), ...chosen }
  const ports = { PORT: '0', ADMIN_PORT: '0', ISSUER_PORT: '0', UPSTREAM_PORT: '0' }
  const child = spawn(process.execPath, [MAIN], { env: { ...process.env, ...ports, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout.setEncoding('utf8')
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the program ended with ${code} before it listened: ${printed}`)))
    child.stdout.on('data', (text: string) => {
      printed += text
      if (printed.includes('press Ctrl+C to end')) resolve()
    })
  })
  const [, api = '', upstream = ''] = /the gateway is (\S+), the API behind it (\S+)/.exec(printed) ?? []
  const [, issuer = '', admin = ''] = /the OpenID provider is (\S+), and the admin port of the gateway (\S+)/.exec(printed) ?? []
  return {
    printed,
    origins: { api, upstream, issuer, admin },
    environment: { ...environment, PORT: new URL(api).port, ADMIN_PORT: new URL(admin).port, ISSUER: issuer, UPSTREAM: upstream },
    async end(signal) {
      child.removeAllListeners('exit')
      child.kill(signal)
      if (child.exitCode === null) await once(child, 'exit')
      await rm(folder, { recursive: true, force: true })
      return child.exitCode
    },
  }
}

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** A real server, ready to be audited. */
export interface RealServer {
  /** The text of `audit.yaml`, but for `mode` and pace. */
  readonly yaml: string
  /** What the configuration takes from the environment. */
  readonly secrets: Readonly<Record<string, string>>
  end(): Promise<void>
}

/** Where a server may keep what it keeps; the folder is removed afterwards. */
export interface Place {
  readonly folder: string
  /** Packages of npm are here. */
  readonly packages: string
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}

export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly folder: string
  readonly env?: Readonly<Record<string, string>>
  readonly user?: { readonly uid: number; readonly gid: number }
}

/** Starts a program whose output goes to `output.log`, and gives what ends it. */
export function startProgram({ command, args, folder, env = {}, user }: Program): { readonly child: ChildProcess; end(): Promise<void> } {
  const output = openSync(join(folder, 'output.log'), 'a', 0o600)
  const child = spawn(command, args, { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', output, output], ...user })
  const ended = once(child, 'exit')
  return {
    child,
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      const slow = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(slow)
    },
  }
}

/** Waits until an address answers anything. Rejects after the seconds given, or if the program has ended. */
export async function answers(url: string, child: ChildProcess, seconds: number): Promise<void> {
  for (const until = Date.now() + seconds * 1000; Date.now() < until;) {
    if (child.exitCode !== null) throw new Error(`the server for ${url} ended with ${child.exitCode}`)
    try {
      await (await fetch(url, { signal: AbortSignal.timeout(1000) })).arrayBuffer()
      return
    } catch {
      // Not yet.
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  throw new Error(`${url} did not answer within ${seconds} s`)
}

/** Sends JSON and gives the answer's. Rejects unless it is a success. */
export async function sendJson(
  url: string,
  { method = 'POST', body, headers = {} }: { readonly method?: string; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> },
): Promise<Response> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  })
  if (!response.ok) throw new Error(`${method} ${url} was answered ${response.status}: ${(await response.text()).slice(0, 300)}`)
  return response
}

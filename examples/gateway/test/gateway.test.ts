import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FOLDER, ROOT, startProgram, type Program } from './running.ts'

const run = promisify(execFile)
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')

let program: Program

beforeAll(async () => {
  // It is run as built; a build that is up to date costs nothing.
  await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', 'examples/gateway', 'packages/cli'], { cwd: ROOT })
  program = await startProgram()
}, 120_000)

afterAll(async () => void (await program.end('SIGTERM')))

/** What was printed, as it would be with the usual ports; what differs from run to run is masked. */
function usual(text: string): string {
  const { api, admin, issuer, upstream } = program.origins
  return text
    .replaceAll(api, 'http://127.0.0.1:8401')
    .replaceAll(admin, 'http://127.0.0.1:8409')
    .replaceAll(issuer, 'http://127.0.0.1:8402')
    .replaceAll(upstream, 'http://127.0.0.1:8403')
    .replaceAll(/cs[a-z]+_\w+(?:\.\w+)?/g, 'csk_…')
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<decision>')
    .replaceAll(/in \S+gateway\.log/g, 'in examples/gateway/.data/gateway.log')
}

describe('the matrix that npm start prints', () => {
  test('was obtained through the gateway and is as expected', () => {
    expect(program.printed).toContain('\n100 answers, all as expected\n')
  })

  test('is what the README shows', () => {
    const printed = new Set(usual(program.printed).split('\n'))
    const [, shown = ''] = /^```text\n(the gateway is [\s\S]+?)^```$/m.exec(readme) ?? []
    const lines = usual(shown)
      .split('\n')
      .filter((line) => line !== '…')
    expect(lines.length).toBeGreaterThan(30)
    expect(lines.filter((line) => !printed.has(line))).toEqual([])
  })

  test('comes again, line by line, from the curl lines that are printed', async () => {
    const lines = program.printed.split('\n')
    const from = lines.indexOf('# credentials, for the lines below')
    const until = lines.indexOf('# what the rules say, and why ivan was refused')
    const pasted = lines.slice(from, until).map((line) => (line.startsWith('curl ') ? `${line} -s -o /dev/null -D -` : line))
    const { stdout } = await run('bash', ['-c', pasted.join('\n')], { maxBuffer: 1e7 })
    const observed = stdout
      .split('\r\n\r\n')
      .filter((text) => text.trim() !== '')
      .map((head) => {
        const challenges = [...head.matchAll(/^www-authenticate: (.*?)\r?$/gim)].map(([, text]) => text)
        return `# ${/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]}${challenges.length === 0 ? '' : `  WWW-Authenticate: ${challenges.join(', ')}`}`
      })
    const promised = lines.slice(from, until).filter((line) => /^# \d{3}/.test(line))
    expect(promised).toHaveLength(100)
    expect(observed).toEqual(promised)
  }, 60_000)
})

describe('behind and beside the gateway', () => {
  test('the API itself lets everybody in, so the answers are those of the gateway', async () => {
    const response = await fetch(`${program.origins.upstream}/admin`)
    expect([response.status, await response.json()]).toEqual([200, { data: 'Admin panel data', for: 'somebody who came around the gateway' }])
  })

  test('the API learns from the gateway who calls, and not from the caller', async () => {
    const headers = { authorization: 'Bearer admintoken', 'X-Countersign-Subject': 'mallory' }
    const response = await fetch(`${program.origins.api}/admin`, { headers })
    expect(await response.json()).toEqual({ data: 'Admin panel data', for: 'boss' })
  })

  test("the tutorial's two tokens still work", async () => {
    const ask = async (path: string, token: string): Promise<number> =>
      (await fetch(`${program.origins.api}${path}`, { headers: { authorization: `Bearer ${token}` } })).status
    expect([await ask('/data', 'validtoken'), await ask('/admin', 'validtoken'), await ask('/admin', 'admintoken')]).toEqual([200, 403, 200])
  })

  test('the admin port says that it is ready, and is not the port for callers', async () => {
    expect((await fetch(`${program.origins.admin}/readyz`)).status).toBe(200)
    expect((await fetch(`${program.origins.api}/readyz`)).status).toBe(404)
  })
})

describe('the program', () => {
  const free = { PORT: '0', ADMIN_PORT: '0', ISSUER_PORT: '0', UPSTREAM_PORT: '0', STORE: '' }

  async function outcome(args: readonly string[], environment: Record<string, string>): Promise<{ code: number; stdout: string; stderr: string }> {
    const child = spawn(process.execPath, [join(FOLDER, 'dist/main.js'), ...args], { env: { ...process.env, ...environment } })
    const texts = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk: Buffer) => (texts.stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString()))
    const [code] = (await once(child, 'close')) as [number]
    return { code, ...texts }
  }

  test.each(['PORT', 'ADMIN_PORT', 'ISSUER_PORT', 'UPSTREAM_PORT'])('names %s if that port is taken, and leaves nothing open', async (variable) => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    // An address is a text only for pipes.
    const { port } = server.address() as AddressInfo
    const found = await outcome(['--check'], { ...free, STORE: `${program.environment['STORE']}.${variable}`, [variable]: String(port) })
    server.close()
    expect(found).toEqual({
      code: 1,
      stdout: '',
      stderr: `gateway: port ${port} of 127.0.0.1 is taken; set ${variable} to another port, or to 0 for a free one\n`,
    })
  })

  test('ends with 2 and one line if a port is none', async () => {
    expect(await outcome([], { ...free, ADMIN_PORT: 'x' })).toEqual({
      code: 2,
      stdout: '',
      stderr: 'gateway: ADMIN_PORT is `x`; set ADMIN_PORT to a number from 0 to 65535\n',
    })
  })

  test('prints the matrix as JSON with --json and ends', async () => {
    const { code, stdout } = await outcome(['--json'], { ...free, STORE: `${program.environment['STORE']}.json` })
    const { correct, answers } = JSON.parse(stdout) as { correct: boolean; answers: unknown[] }
    expect([code, correct, answers.length]).toEqual([0, true, 100])
  })

  test('leaves another one that runs its store, removes its own at the end, and tells the commands where its own is', async () => {
    const [first, second] = await Promise.all([startProgram({ STORE: '' }), startProgram({ STORE: '' })])
    const stores = [first, second].map(({ printed }) => /^export STORE=(.+)$/m.exec(printed)?.[1])
    try {
      expect(new Set(stores).size).toBe(2)
      for (const { origins } of [first, second]) expect((await fetch(`${origins.admin}/readyz`)).status).toBe(200)
      const [, decision = ''] = /explain ([0-9a-f-]{36})$/m.exec(first.printed) ?? []
      const command = join(ROOT, 'packages/cli/countersign.mjs')
      const { stdout } = await run(process.execPath, [command, 'explain', decision], { cwd: FOLDER, env: { ...process.env, STORE: stores[0] } })
      expect(stdout).toContain('reason role-missing')
    } finally {
      await first.end('SIGTERM')
      await second.end('SIGTERM')
    }
    expect(stores.map((store = '') => existsSync(store))).toEqual([false, false])
  }, 120_000)

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with 0 on %s, and nothing listens any more',
    async (signal) => {
      const another = await startProgram()
      expect(await another.end(signal)).toBe(0)
      for (const origin of Object.values(another.origins)) await expect(fetch(origin)).rejects.toThrow('fetch failed')
    },
    120_000,
  )
})

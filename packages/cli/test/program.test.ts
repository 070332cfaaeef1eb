import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm, symlink } from 'node:fs/promises'
import { createServer, get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { testIssuer } from 'countersign/testing'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ordersWorld } from './world.ts'

// The program as it runs: bundled from the sources, started by Node.
let folder = ''
let program = ''

/** What goes into the bundle; `commander` is installed beside us only. */
const OWN = /^(?:@countersign\/|countersign(?:$|\/)|commander$)/

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-program-'))
  const root = fileURLToPath(new URL('../../../', import.meta.url))
  // The program looks for its version one folder up, as in the package.
  await copyFile(fileURLToPath(new URL('../package.json', import.meta.url)), join(folder, 'package.json'))
  // What stays outside of the bundle is looked for from there.
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  const bundle = await rolldown({
    input: fileURLToPath(new URL('../src/main.ts', import.meta.url)),
    platform: 'node',
    external: (id) => /^[a-z@]/i.test(id) && !OWN.test(id),
    resolve: { conditionNames: ['source', 'node', 'import'] },
    logLevel: 'silent',
  })
  program = join(folder, 'dist', 'countersign.mjs')
  await bundle.write({ file: program, format: 'esm', codeSplitting: false })
  await bundle.close()
})

afterAll(() => rm(folder, { recursive: true, force: true }))

function runProgram(cwd: string, words: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...words], { cwd, timeout: 15_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err })
    })
  })
}

describe('the program', () => {
  it('ends with the code of the command', async () => {
    const world = await ordersWorld()
    const [version, help, wrong, validated] = await Promise.all([
      runProgram(world.folder, ['--version']),
      runProgram(world.folder, ['--help']),
      runProgram(world.folder, ['nothing']),
      runProgram(world.folder, ['validate']),
    ])
    expect([version.code, help.code, wrong.code, validated.code]).toEqual([0, 0, 2, 0])
    expect(help.out).toContain('Usage: countersign')
    expect(wrong.out).toBe('')
  })

  it('does not mind a reader that goes away', async () => {
    const world = await ordersWorld()
    const child = spawn(process.execPath, [program, 'matrix', '--json'], { cwd: world.folder, stdio: ['ignore', 'pipe', 'pipe'] })
    let err = ''
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
    child.stdout.destroy()
    const [code] = (await once(child, 'close')) as [number | null]
    expect([code, err]).toEqual([0, ''])
  })

  it.each([1, 2])('serves with %i processes until it is told to end', async (workers) => {
    const world = await ordersWorld()
    const child = spawn(process.execPath, [program, 'serve', '--no-watch', '--workers', String(workers)], {
      cwd: world.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let err = ''
    const ready = new Promise<void>((resolve) => {
      child.stderr.on('data', (chunk: Buffer) => {
        err += chunk.toString()
        if (err.includes('Admin on')) resolve()
      })
    })
    const closed = once(child, 'close')
    await Promise.race([ready, closed])
    const [, api = ''] = /API on (\S+)/.exec(err) ?? []
    const { status } = await fetch(`${api}/orders`)
    child.kill('SIGTERM')
    const [code] = (await closed) as [number | null]
    expect({ code, status, spoke: err.match(/API on/g)?.length }).toEqual({ code: 0, status: 401, spoke: 1 })
  })

  it('knows in every worker within a second that a token was revoked', async () => {
    const issuer = await testIssuer({ issuer: 'https://id.example' })
    issuer.trust('https://api.example')
    // The issuer, and what the gateway protects.
    const beside = createServer((_request, response) => response.setHeader('Content-Type', 'application/json').end(JSON.stringify(issuer.keySet)))
    await once(beside.listen(0, '127.0.0.1'), 'listening')
    const address = beside.address()
    const other = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
    const world = await ordersWorld(`version: 1
realm: orders
listen: { address: 127.0.0.1, port: 0 }
admin: { address: 127.0.0.1, port: 0 }
schemes: { bearer: { issuers: [{ issuer: https://id.example, audience: https://api.example, jwksUri: '${other}/jwks' }] } }
apis: [{ name: orders, upstream: '${other}', routes: [{ path: /orders, methods: GET }] }]
`)
    const child = spawn(process.execPath, [program, 'serve', '--no-watch', '--workers', '2'], { cwd: world.folder, stdio: ['ignore', 'ignore', 'pipe'] })
    const closed = once(child, 'close')
    let err = ''
    for await (const chunk of child.stderr) {
      err += String(chunk)
      if (err.includes('Admin on')) break
    }
    const [, api = ''] = /API on (\S+)/.exec(err) ?? []
    // Connections of their own, which the workers get in turn.
    const ask = async (bearer: string) => {
      const request = get(`${api}/orders`, { agent: false, headers: { authorization: `Bearer ${bearer}` } })
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      return response.resume().statusCode
    }
    const all = async (bearer: string) => new Set(await Promise.all(Array.from({ length: 6 }, () => ask(bearer))))
    const delays: number[] = []
    for (const jti of ['one', 'two', 'three']) {
      const bearer = await issuer.token('olga', { jti })
      expect(await all(bearer)).toEqual(new Set([200]))
      expect((await world.run(`revoke token ${jti} --until 1h`)).code).toBe(0)
      const revoked = performance.now()
      await expect.poll(() => all(bearer), { timeout: 5000, interval: 5 }).toEqual(new Set([401]))
      delays.push(performance.now() - revoked)
      expect(await all(bearer)).toEqual(new Set([401]))
    }
    child.kill('SIGTERM')
    await closed
    beside.close()
    expect(Math.max(...delays)).toBeLessThan(1000)
  })
})

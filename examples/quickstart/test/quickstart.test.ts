import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  CURL_OPTIONS,
  curlLine,
  matrixTable,
  observe,
  obtainCredentials,
  painter,
  PERSONAS,
  tokenLines,
  type Cell,
  type Persona,
  type PersonaFields,
} from '@countersign/example-kit'
import { accessMatrix } from 'countersign/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROWS } from '../src/expected.ts'
import { start, type Quickstart } from '../src/start.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../..', import.meta.url))
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))

const plain = 'Bearer realm="quickstart"'
const plainScope = 'Bearer realm="quickstart", scope="orders:write"'
const unreadable = 'Bearer realm="quickstart", error="invalid_request", error_description="The credentials could not be read"'
const expired = 'Bearer realm="quickstart", error="invalid_token", error_description="The access token expired"'
const noScope = 'Bearer realm="quickstart", error="insufficient_scope", scope="orders:write", error_description="The access token lacks a required scope"'
const oldLogin =
  'Bearer realm="quickstart", error="insufficient_user_authentication", max_age="300", error_description="A stronger or more recent login is required"'

type Answer = number | readonly [status: number, challenge: string]

/** The column heads of the table below. */
const columns: readonly Persona[] = ['nobody', 'garbled', 'expired', 'ivan', 'olga', 'adam', 'validtoken', 'admintoken']

// oxfmt-ignore
const answers: Readonly<Record<string, readonly Answer[]>> = {
  'GET /data':       [[401, plain],      [400, unreadable], [401, expired], 200, 200, 200, 200, 200],
  'GET /admin':      [[401, plain],      [400, unreadable], [401, expired], 403, 403, 200, 403, 200],
  'GET /orders/42':  [[401, plain],      [400, unreadable], [401, expired], 404, 200, 404, 404, 404],
  'GET /orders/7':   [[401, plain],      [400, unreadable], [401, expired], 404, 404, 404, 404, 404],
  'POST /orders':    [[401, plainScope], [400, unreadable], [401, expired], [403, noScope], 201, [403, noScope], [403, noScope], 201],
  'POST /transfers': [[401, plain],      [400, unreadable], [401, expired], [401, oldLogin], [401, oldLogin], [401, oldLogin], [401, oldLogin], 201],
  'GET /feed':       [200,               [400, unreadable], [401, expired], 200, 200, 200, 200, 200],
  'GET /health':     [200,               200,               200,            200, 200, 200, 200, 200],
}

let running: Quickstart
let credentials: PersonaFields<Persona>
let cells: readonly Cell<Persona>[]

beforeAll(async () => {
  running = await start({ port: 0, issuerPort: 0 })
  credentials = await obtainCredentials(running.issuer)
  cells = await observe(running.api, ROWS, credentials)
})

afterAll(() => running.close())

describe('the access matrix of the quickstart', () => {
  test('has every route and every persona', () => {
    expect(ROWS.map(({ method, path }) => `${method} ${path}`)).toEqual(Object.keys(answers))
    expect(PERSONAS).toEqual(columns)
    expect(cells).toHaveLength(64)
  })

  for (const [route, row] of Object.entries(answers)) {
    for (const [index, persona] of columns.entries()) {
      const [status, challenge] = [row[index] ?? 0].flat() as [number, string?]
      test(`${route} as ${persona} is answered with ${status}`, () => {
        const cell = cells.find((one) => `${one.row.method} ${one.row.path}` === route && one.persona === persona)
        expect([cell?.status, cell?.challenge, cell?.expected]).toEqual([status, challenge, status])
      })
    }
  }

  test('holds every denial to the invariants of accessMatrix()', async () => {
    const routes = Object.fromEntries(ROWS.map(({ method, path, expected }) => [`${method} ${path}`, expected]))
    await accessMatrix(running.api, { personas: credentials, routes })
  })
})

describe('the answers of the quickstart', () => {
  test("replay the tutorial's two examples word for word", async () => {
    const data = await fetch(`${running.api}/data`, { headers: { authorization: 'Bearer validtoken' } })
    const admin = await fetch(`${running.api}/admin`, { headers: { authorization: 'Bearer admintoken' } })
    expect([data.status, await data.text()]).toEqual([200, '{"data":"Secret data"}'])
    expect([admin.status, await admin.text()]).toEqual([200, '{"data":"Admin panel data"}'])
  })

  test('do not tell an order of somebody else from one that does not exist', async () => {
    const [foreign, missing] = await Promise.all(['42', '7'].map((id) => fetch(`${running.api}/orders/${id}`, { headers: credentials.ivan })))
    const comparable = async (response: Response | undefined) => [
      response?.status,
      [...(response?.headers ?? [])].filter(([name]) => name !== 'date'),
      await response?.text(),
    ]
    expect(await comparable(foreign)).toEqual(await comparable(missing))
    expect(foreign?.status).toBe(404)
  })

  test('tell the owner of an order what was judged', async () => {
    const response = await fetch(`${running.api}/orders/42`, { headers: credentials.olga })
    expect(await response.json()).toEqual({ id: '42', customer: 'olga', total: 12 })
  })

  test('refuse a token whose signature was changed with 401 and one description for all of cryptography', async () => {
    const { authorization = '' } = credentials.olga
    const forged = authorization.replace(/\.([^.])([^.]*)$/, (_all, first: string, rest: string) => `.${first === 'A' ? 'B' : 'A'}${rest}`)
    const response = await fetch(`${running.api}/data`, { headers: { authorization: forged } })
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="quickstart", error="invalid_token", error_description="The access token could not be verified"',
    ])
  })
})

describe('the printed lines', () => {
  test('give the same answers when they are pasted into bash', async () => {
    const chosen = cells.filter(({ row }) => row.path === '/admin' || row.path === '/orders' || row.path === '/orders/42')
    const script = [...tokenLines(running.issuer), ...chosen.map((cell) => `${curlLine(cell, running.api, CURL_OPTIONS)} -s -o /dev/null -D -`)].join('\n')
    const { stdout } = await run('bash', ['-c', script])
    const observed = stdout
      .split('\r\n\r\n')
      .filter((text) => text.trim() !== '')
      .map((head) => [Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]), /^www-authenticate: (.*?)\r?$/im.exec(head)?.[1]])
    expect(observed).toEqual(chosen.map(({ status, challenge }) => [status, challenge]))
  })

  test('have no colours where nobody sees them', () => {
    const uncoloured = matrixTable(cells, painter({ isTTY: false }, {}))
    expect(uncoloured).not.toContain('\u001B')
    expect(matrixTable(cells, painter({ isTTY: true }, { NO_COLOR: '1' }))).toBe(uncoloured)
    expect(matrixTable(cells, painter({ isTTY: true }, {}))).toContain('\u001B[32m')
    expect(new Set(uncoloured.split('\n').map((line) => line.length)).size).toBe(1)
  })
})

describe.concurrent('the program', () => {
  beforeAll(async () => {
    // It is run as built; a build that is up to date costs nothing.
    await run(process.execPath, [`${root}/node_modules/typescript/bin/tsc`, '-b', 'examples/quickstart'], { cwd: root })
  }, 120_000)

  const free = { PORT: '0', ISSUER_PORT: '0' }

  async function outcome(args: readonly string[], environment: Record<string, string>): Promise<{ code: number; stdout: string; stderr: string }> {
    const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...environment } })
    const texts = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk: Buffer) => (texts.stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString()))
    const [code] = (await once(child, 'close')) as [number]
    return { code, ...texts }
  }

  test('ends with 0 after the matrix with --check, and prints nothing but it', async () => {
    const { code, stdout, stderr } = await outcome(['--check'], free)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('64 answers, all as expected')
    expect(stdout).not.toMatch(/curl|listening/)
  })

  test('prints the matrix as JSON with --json', async () => {
    const { code, stdout } = await outcome(['--json'], free)
    const matrix = JSON.parse(stdout) as { correct: boolean; answers: { status: number }[] }
    expect([code, matrix.correct, matrix.answers.map(({ status }) => status)]).toEqual([0, true, cells.map(({ status }) => status)])
  })

  test('names the variable to change if the port of the API is taken', async () => {
    const { port } = new URL(running.api)
    expect(await outcome([], { ...free, PORT: port })).toEqual({
      code: 1,
      stdout: '',
      stderr: `quickstart: port ${port} of 127.0.0.1 is taken; set PORT to another port, or to 0 for a free one\n`,
    })
  })

  test('names the other variable if the port of the provider is taken', async () => {
    const { port } = new URL(running.issuer)
    const { code, stderr } = await outcome([], { ...free, ISSUER_PORT: port })
    expect([code, stderr]).toEqual([1, `quickstart: port ${port} of 127.0.0.1 is taken; set ISSUER_PORT to another port, or to 0 for a free one\n`])
  })

  test.each([
    [[], { PORT: 'abc' }, 'PORT is `abc`; set PORT to a number from 0 to 65535'],
    [[], { ISSUER_PORT: '65536' }, 'ISSUER_PORT is `65536`; set ISSUER_PORT to a number from 0 to 65535'],
    [['--chek'], {}, '`--chek` is not understood; pass --check, --json, --help or nothing'],
  ])('ends with 2 and one line for %j %j', async (args, environment, message) => {
    expect(await outcome(args, { ...free, ...environment })).toEqual({ code: 2, stdout: '', stderr: `quickstart: ${message}\n` })
  })

  test('says so if Node is too old, before anything newer is loaded', async () => {
    const pretended = `Object.defineProperty(process.versions, 'node', { value: '18.20.8' }); await import(${JSON.stringify(main)})`
    const failure = await run(process.execPath, ['--input-type=module', '-e', pretended]).catch((error: { code: number; stderr: string }) => error)
    expect(failure).toMatchObject({ code: 1, stderr: 'quickstart: this is Node 18.20.8; install Node 20.19 or newer\n' })
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('goes on serving until %s and then ends with 0', async (signal) => {
    const child = spawn(process.execPath, [main], { env: { ...process.env, ...free } })
    let text = ''
    for await (const chunk of child.stdout) {
      text += String(chunk)
      const [, api] = /listening on (\S+),/.exec(text) ?? []
      if (api === undefined) continue
      expect((await fetch(`${api}/health`)).status).toBe(200)
      child.kill(signal)
      break
    }
    const [code] = (await once(child, 'close')) as [number | null]
    expect(code).toBe(0)
  })
})

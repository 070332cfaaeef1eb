import { once } from 'node:events'
import { readFile, readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createProgressBar } from '../src/audit/progress-bar.ts'
import { emptyWorld, type World } from './world.ts'

const DOCUMENT = `openapi: 3.1.0
info: { title: Shop, version: '1' }
components: { securitySchemes: { token: { type: http, scheme: bearer } } }
security: [{ token: [] }]
paths:
  /health: { get: { security: [], responses: { '200': { description: ok }, '401': { description: no } } } }
  /orders: { get: { responses: { '200': { description: ok }, '401': { description: no, headers: { WWW-Authenticate: { schema: { type: string } } } } } } }
  /reports: { get: { x-countersign: { roles: [admin] }, responses: { '200': { description: ok }, '401': { description: no }, '403': { description: no } } } }
`

const SECRETS = { ALICE: 'token-alice-9f8e7d', OLGA: 'token-olga-6c5b4a' }

const OLD = 'token-alice-0a1b2c'

/** A shop that knows alice and olga by their tokens; whatever `broken` names answers everybody. */
async function shop(
  broken: readonly string[] = [],
): Promise<{ readonly world: World; readonly config: (more?: string) => Promise<void>; readonly url: string }> {
  const world = await emptyWorld()
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? ''
    // OLD is a token of alice that has expired, which nobody looks at here.
    const caller = Object.entries({ ...SECRETS, ALICE_OLD: OLD })
      .find(([, token]) => request.headers.authorization?.toLowerCase() === `bearer ${token}`)?.[0]
      .replace('_OLD', '')
    const answer = (status: number, body: object, fields: Record<string, string> = {}): void => {
      response
        .writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...fields })
        .end(request.method === 'HEAD' ? undefined : JSON.stringify(body))
    }
    if (!['/health', '/orders', '/reports'].includes(path)) answer(404, { title: 'Not found' })
    else if (request.method !== 'GET' && request.method !== 'HEAD') answer(405, { title: 'No' }, { Allow: 'GET, HEAD' })
    else if (path === '/health') answer(200, { up: true })
    else if (caller === undefined && !broken.includes(path)) {
      const error = request.headers.authorization === undefined ? '' : ', error="invalid_token"'
      answer(401, { title: 'Unauthorized' }, { 'WWW-Authenticate': `Bearer realm="shop"${error}` })
    } else if (path === '/reports' && caller === 'ALICE') answer(403, { title: 'Forbidden', code: 'role-missing' })
    else answer(200, { path, items: ['one', 'two'] })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const config = (more = ''): Promise<void> =>
    world.write(
      'audit.yaml',
      `version: 1\ntarget: ${url}\nopenapi: openapi.yaml\nrate: 0\npersonas:\n  alice: { bearer: { env: ALICE } }\n  olga: { roles: [admin], bearer: { env: OLGA } }\n${more}`,
    )
  await world.write('openapi.yaml', DOCUMENT)
  await config()
  return { world, config, url }
}

const env = SECRETS

describe('countersign audit', () => {
  it('ends with 0 where nothing counts, and shows the matrix first', async () => {
    const { world } = await shop()
    const { code, out, err } = await world.run('audit', { env })
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(
      /^Shop at http:\/\/127\.0\.0\.1:\d+, mode safe\n\nOPERATION {5}nobody {2}alice {2}olga\nGET \/health {3}g {7}g {6}g\nGET \/orders {3}a {7}g {6}g\nGET \/reports {2}a {7}d {6}g\n/,
    )
  })

  it('ends with 1 for a finding, and no format has a secret', async () => {
    const { world } = await shop(['/orders'])
    const { code, out } = await world.run('audit --output reports --evidence full', { env })
    expect(code).toBe(1)
    expect(out).toMatch(/HIGH AUTH-OPEN /)
    const files = (await readdir(world.path('reports'), { recursive: true })).filter((name) => name.includes('.')).toSorted()
    expect(files.filter((name) => !name.startsWith('tests/'))).toEqual([
      'matrix.csv',
      'report.html',
      'report.json',
      'report.junit.xml',
      'report.md',
      'report.sarif',
      'report.txt',
    ])
    expect(files.filter((name) => /^tests\/auth-open-[0-9a-f]{8}\.test\.mjs$/.test(name))).toHaveLength(1)
    for (const file of files) {
      const text = await readFile(world.path(`reports/${file}`), 'utf8')
      for (const secret of Object.values(SECRETS)) expect([file, text.includes(secret)]).toEqual([file, false])
    }
  })

  it('tries supplied tokens from where the configuration is, and shows them as little as others', async () => {
    const { world, config } = await shop()
    await config('tokens: { kind: expired, persona: alice, token: { file: old.token } }\n')
    await world.write('old.token', `${OLD}\n`)
    const { code, out } = await world.run('audit --json --evidence full', { env })
    expect([code, out.includes('TOK-EXPIRED'), out.includes('Bearer [secret of a supplied token]'), out.includes(OLD)]).toEqual([1, true, true, false])
  })

  it('prints JSON, and takes it as a baseline: what is not new does not count', async () => {
    const { world } = await shop(['/orders'])
    const first = await world.run('audit --json', { env })
    await world.write('before.json', first.out)
    const second = await world.run('audit --baseline before.json', { env })
    expect([first.code, second.code]).toEqual([1, 0])
    expect(second.out).toMatch(/AUTH-OPEN .*unchanged/)
  })

  it('learns what it sees, and expects it later', async () => {
    const { world } = await shop(['/orders'])
    await world.run('audit --learn matrix.json', { env })
    const learned = JSON.parse(await readFile(world.path('matrix.json'), 'utf8')) as { rows: { operation: string; cells: object }[] }
    expect(learned.rows[1]).toMatchObject({
      operation: 'GET /orders',
      cells: { nobody: { status: 200, outcome: 'allow' }, alice: { status: 200, outcome: 'allow' } },
    })
    const { out } = await world.run('audit --policy matrix.json', { env })
    expect(out).not.toContain('AUTH-OPEN')
  })

  it('expects what a countersign.yaml says, and holds the three sources against each other', async () => {
    const { world } = await shop(['/orders'])
    await world.write(
      'countersign.yaml',
      `version: 1
realm: shop
store: { path: ./store/a.db }
schemes: { bearer: { tokens: { abc: { subject: x } } } }
apis:
  - { name: shop, upstream: 'http://127.0.0.1:9', openapi: ./openapi.yaml, routes: [{ path: /reports, methods: [GET], open: true }] }
`,
    )
    const { code, out, err } = await world.run('audit --policy countersign.yaml --diff-source', { env })
    expect([code, err]).toEqual([1, ''])
    expect(out).toMatch(
      /They disagree in \d of 9 cells:\n\nOPERATION {5}PERSONA {2}DESCRIPTION {2}POLICY {2}OBSERVED\nGET \/orders {3}nobody {3}401 {10}401 {5}200 granted\n/,
    )
  })

  it('plans without sending anything and without a single credential', async () => {
    const { world } = await shop()
    const { code, out } = await world.run('audit --mode plan')
    expect(code).toBe(0)
    expect(out).toMatch(/Would be sent \(safe \d+, writes \d+, full \d+;/)
  })

  it('ends with 3 for a persona whose credentials are refused or missing', async () => {
    const { world } = await shop()
    const wrong = await world.run('audit', { env: { ...env, OLGA: 'nonsense' } })
    const missing = await world.run('audit', { env: { ALICE: SECRETS.ALICE } })
    expect([wrong.code, missing.code]).toEqual([3, 3])
    expect(missing.out).toContain('olga cannot be used: `olga`: the variable `OLGA` is not set')
  })

  it.each([
    [
      'a mistake in the configuration',
      'audit',
      'prallel: 2\n',
      /audit\.yaml:8:1: error: unknown key `prallel` \[unknown-key\]\n {2}hint: did you mean `parallel`\?/,
    ],
    ['a configuration that is not there', 'audit --config none.yaml', '', /none\.yaml:1:1: error: the configuration does not exist/],
    ['a baseline that is not there', 'audit --baseline none.json', '', /none\.json: there is no such file or directory/],
    ['a baseline that is none', 'audit --baseline openapi.yaml', '', /openapi\.yaml is no baseline: it is no JSON/],
    ['a policy that is not there', 'audit --policy none.yaml', '', /none\.yaml/],
    ['two ways of beginning', 'audit --resume --fresh', '', /--resume goes on with a run and --fresh puts it aside/],
    ['a mode that there is not', 'audit --mode fast', '', /Allowed choices are plan, safe, writes, full/],
  ])('ends with 2 for %s', async (_name, line, more, text) => {
    const { world, config } = await shop()
    await config(more)
    const { code, out, err } = await world.run(line, { env })
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(text)
  })

  it('refuses a host that is not ours until its name is repeated', async () => {
    const { world } = await shop()
    await world.write('audit.yaml', 'version: 1\ntarget: http://198.51.100.7\nopenapi: openapi.yaml\npersonas: { alice: { bearer: { env: ALICE } } }\n')
    const { code, err } = await world.run('audit', { env })
    expect([code, err]).toEqual([2, expect.stringContaining('--i-own 198.51.100.7')])
  })

  it('ends with 3 where nobody listens', async () => {
    const { world } = await shop()
    await world.write('audit.yaml', 'version: 1\ntarget: http://127.0.0.1:1\nopenapi: openapi.yaml\npersonas: { alice: { bearer: { env: ALICE } } }\n')
    expect((await world.run('audit', { env })).code).toBe(3)
  })
})

describe('the progress bar', () => {
  const progress = { phase: 'reading', done: 120, total: 690, requests: 300, rate: 5 } as const

  it('shows rate and remaining on a terminal, and goes away', () => {
    let text = ''
    let now = 0
    const bar = createProgressBar({ isTTY: true, columns: 100, write: (more) => (text += more) }, () => now)
    now = 60_000
    bar.show(progress)
    bar.show(progress)
    bar.clear()
    expect(text).toBe('\r\u001B[2Kreading     [###-----------------] 120 of 690, 570 remaining, 300 requests, 5.0/s\r\u001B[2K')
  })

  it('writes nothing elsewhere', () => {
    let text = ''
    const bar = createProgressBar({ write: (more) => (text += more) })
    bar.show(progress)
    bar.clear()
    expect(text).toBe('')
  })
})

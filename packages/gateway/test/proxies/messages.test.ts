import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawRequest, type RawRequest, type RawResponse } from '../../../../conformance/raw-http.ts'
import { isSkipped, PRINTED } from './programs.ts'
import { ROLES, SCOPES, startBehind, type Behind } from './site.ts'

const ADMIN = ['Authorization', 'Bearer admintoken'] as const
const READER = ['Authorization', 'Bearer readertoken'] as const
const MANY = ['Authorization', 'Bearer manytoken'] as const

describe.each(PRINTED)('messages through %s with the printed configuration', (name, program) => {
  if (isSkipped(program)) return
  let behind: Behind
  beforeAll(async () => {
    behind = await startBehind(name, program)
  })
  afterAll(() => behind.end())

  const through = (request: RawRequest): Promise<RawResponse> => rawRequest(behind.port, request)
  const last = (): (typeof behind.site.seen)[number] | undefined => behind.site.seen.at(-1)

  test.each(['/pub/a\\b', '/pub/%00', '/pub/a#b', '/pub/%5c', '/pub/./a', '/pub/%c0%af'])('the target %s comes to nobody', async (path) => {
    const before = behind.site.seen.length
    const { status } = await through({ method: 'GET', path, headers: [ADMIN] })
    // Caddy encodes `#` before it asks, and sends what was judged.
    if (name === 'caddy' && path === '/pub/a#b') return expect([status, last()?.url]).toEqual([200, '/pub/a%23b'])
    expect(status).toBe(name === 'apache' && path === '/pub/%00' ? 404 : 400)
    return expect(behind.site.seen).toHaveLength(before)
  })

  test('with Expect nothing of the content is asked for before 401, but by nginx-accel', async () => {
    const { status, interim } = await through({ method: 'PUT', path: '/orders', headers: [['Expect', '100-continue']], body: 'x'.repeat(2000) })
    expect([status, interim]).toEqual([401, name === 'nginx-accel' ? [100] : []])
  })

  test('with Expect nothing of the content is asked for before 403, but by nginx', async () => {
    const headers = [READER, ['Expect', '100-continue']] as const
    const { status, interim } = await through({ method: 'PUT', path: '/orders', headers, body: 'x'.repeat(2000) })
    expect([status, interim]).toEqual([403, program === 'nginx' ? [100] : []])
  })

  test('with Expect content arrives where it may', async () => {
    const { status } = await through({ method: 'PUT', path: '/orders', headers: [ADMIN, ['Expect', '100-continue']], body: 'x'.repeat(2000) })
    expect([status, last()?.body.length]).toEqual([200, 2000])
  })

  test('an identity of three kilobytes arrives whole', async () => {
    const { status } = await through({ method: 'PUT', path: '/orders', headers: [MANY], body: '{}' })
    const raw = last()?.raw ?? []
    const roles = raw[raw.findIndex((one) => one.toLowerCase() === 'x-countersign-roles') + 1]
    expect([status, roles?.split(/[ ,]+/).toSorted()]).toEqual([200, ['admin', ...ROLES].toSorted()])
  })

  test('a challenge and content of more than a kilobyte each arrive, the content in short by nginx', async () => {
    const got = await through({ method: 'GET', path: '/scopes', headers: [ADMIN] })
    const { decision_id: _, ...problem } = JSON.parse(got.body) as Record<string, unknown>
    const short = { type: 'urn:countersign:problem:insufficient-scope', title: 'The access token lacks a required scope', status: 403 }
    expect([got.status, problem]).toEqual([403, name === 'nginx' ? short : { ...short, required_scopes: SCOPES }])
    expect(got.headerLines.find(([field]) => field.toLowerCase() === 'www-authenticate')?.[1]).toContain(`scope="${SCOPES.join(' ')}"`)
  })

  test('seven kilobytes of fields are nothing unusual', async () => {
    const large = ['X-Large', 'x'.repeat(7000)] as const
    expect((await through({ method: 'GET', path: '/orders', headers: [large] })).status).toBe(401)
    expect((await through({ method: 'GET', path: '/orders', headers: [ADMIN, large] })).status).toBe(200)
    expect(last()?.raw).toContain('x'.repeat(7000))
  })

  test('a megabyte of content arrives', async () => {
    const body = 'x'.repeat(1_000_000)
    expect((await through({ method: 'PUT', path: '/orders', headers: [ADMIN], body })).status).toBe(200)
    expect(last()?.body.length).toBe(body.length)
  })
})

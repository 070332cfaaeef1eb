import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { rawRequest, type RawResponse } from '../../../../conformance/raw-http.ts'
import { startWith, type Running } from '../forward-auth/running.ts'

const SECRET = 'a'.repeat(32)
const ROLES = Array.from({ length: 400 }, (_, index) => `role-${index}`)

const config = (more: string): string => `version: 1
realm: orders
listen: { address: 127.0.0.1, port: 0 }
admin: { address: 127.0.0.1, port: 0 }
store: { path: ./countersign.db }
schemes:
  bearer:
    tokens:
      readertoken: { subject: reader }
      manytoken: { subject: many, roles: [${ROLES.join(', ')}] }
  apiKey: {}
abuse: { guessing: { failures: 2, block: 30s } }
identity: { assertion: { audience: orders-service } }
forwardAuth: { listen: '127.0.0.1:0', proxies: [nginx, envoy], ${more} }
apis: [{ name: orders, upstream: { url: 'http://127.0.0.1:1', authorization: 'Bearer own' }, routes: [{ path: /orders }] }]
`

const start = (more = 'peers: [127.0.0.1]'): Promise<Running> => startWith(config(more))

const FIELDS = [
  ['X-Original-Method', 'GET'],
  ['X-Original-URI', '/orders'],
  ['X-Original-Host', 'api.example'],
  ['X-Original-Client', '192.0.2.7'],
  ['X-Original-Proto', 'https'],
] as const
type Fields = readonly (readonly [string, string])[]
const TOKEN = ['Authorization', 'Bearer readertoken'] as const

const ask = ({ gateway }: Running, headers: Fields, path = '/authz/nginx'): Promise<RawResponse> =>
  rawRequest(gateway.forwardAddress?.port ?? 0, { method: 'GET', path, headers })
const value = ({ headerLines }: RawResponse, name: string): string | undefined => headerLines.find(([one]) => one.toLowerCase() === name)?.[1]

describe('the entrance for other proxies', () => {
  let running: Running
  beforeAll(async () => {
    running = await start()
  })
  afterAll(() => running.end())
  beforeEach(() => {
    running.lines.length = 0
  })

  test('lets pass with exactly 200 and who the caller is, and gives away no credential of ours', async () => {
    const got = await ask(running, [...FIELDS, TOKEN])
    expect([got.status, value(got, 'x-countersign-subject'), value(got, 'x-countersign-answer')]).toEqual([200, 'reader', 'allow'])
    expect([value(got, 'authorization'), value(got, 'x-countersign-assertion')?.split('.').length]).toEqual([undefined, 3])
  })

  test('the log speaks of the request that was asked about', async () => {
    await ask(running, FIELDS)
    expect(running.lines.join('')).toMatch(/"client":"192\.0\.2\.7"/)
    expect(running.lines.join('')).toContain('/orders')
    expect(running.lines.join('')).not.toContain('/authz/nginx')
  })

  test.each(FIELDS.map(([name]) => name))('without %s the answer is our own fault, said loudly, and never yes', async (name) => {
    const got = await ask(running, [...FIELDS.filter(([one]) => one !== name), TOKEN])
    expect([got.status, value(got, 'x-countersign-status')]).toEqual([403, '500'])
    expect(JSON.parse(got.body)).toMatchObject({ type: 'urn:countersign:problem:access-control-misconfigured', status: 500 })
    expect(running.lines.join('')).toContain(`\`${name.toLowerCase()}\` is missing`)
  })

  test('an identity that no proxy could take is our own fault, and never yes', async () => {
    const got = await ask(running, [...FIELDS, ['Authorization', 'Bearer manytoken']])
    expect([got.status, value(got, 'x-countersign-status'), value(got, 'x-countersign-subject')]).toEqual([403, '500', undefined])
    expect(running.lines.join('')).toMatch(/bytes of fields, and proxies take 3072/)
  })

  test('a dialect that is not open is not there', async () => {
    for (const path of ['/authz/caddy', '/authz/none', '/authz/nginxx', '/orders', '/']) expect((await ask(running, [...FIELDS, TOKEN], path)).status).toBe(404)
  })

  test('Envoy asks with the path itself', async () => {
    const forwarded = [
      ['X-Original-Client', '192.0.2.7'],
      ['X-Forwarded-Proto', 'https'],
    ] as const
    expect((await ask(running, [...forwarded, TOKEN], '/authz/envoy/orders?a')).status).toBe(200)
    expect((await ask(running, [...forwarded, TOKEN], '/authz/envoy/none')).status).toBe(404)
    expect((await ask(running, [...forwarded, TOKEN], '/authz/envoy')).status).toBe(500)
  })

  test('a question that is repeated under its id counts once', async () => {
    const fields = [...FIELDS, ['X-Api-Key', 'wrong'], ['X-Original-Client', '192.0.2.8']].filter(
      ([one], index) => one !== 'X-Original-Client' || index > 4,
    ) as unknown as Fields
    for (let round = 0; round < 4; round++) expect(value(await ask(running, [...fields, ['X-Original-Id', 'request-1']]), 'x-countersign-status')).toBe('401')
    const statuses: (string | undefined)[] = []
    for (let round = 2; round < 5; round++) statuses.push(value(await ask(running, [...fields, ['X-Original-Id', `request-${round}`]]), 'x-countersign-status'))
    expect(statuses).toEqual(['401', '429', '429'])
  })

  test('other credentials under the same id are another question', async () => {
    const id = ['X-Original-Id', 'request-9'] as const
    expect((await ask(running, [...FIELDS, TOKEN, id])).status).toBe(200)
    expect((await ask(running, [...FIELDS, id])).status).toBe(401)
  })
})

test('an address that is no peer gets no answer to its question', async () => {
  const running = await start('peers: [192.0.2.1]')
  try {
    expect((await ask(running, [...FIELDS, TOKEN])).status).toBe(403)
  } finally {
    await running.end()
  }
})

test('a peer without the secret, or with another, gets no answer to its question', async () => {
  const running = await start(`peers: [127.0.0.1], secret: ${SECRET}`)
  try {
    const asked = (secret: Fields): Promise<RawResponse> => ask(running, [...FIELDS, TOKEN, ...secret])
    expect((await asked([])).status).toBe(403)
    expect((await asked([['X-Countersign-Secret', 'b'.repeat(32)]])).status).toBe(403)
    expect((await asked([['X-Countersign-Secret', SECRET]])).status).toBe(200)
    expect(JSON.stringify(running.lines)).not.toContain(SECRET)
  } finally {
    await running.end()
  }
})

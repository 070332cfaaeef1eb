import type { RequestListener } from 'node:http'
import type { Answer } from '@countersign/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawRequest, type RawResponse } from '../../../../conformance/raw-http.ts'
import type { Reply, Survives } from '../../src/dialects/dialect.ts'
import { DIALECTS } from '../../src/dialects/index.ts'
import { plain } from '../../src/dialects/reply.ts'
import { APACHE_SURVIVES } from '../../src/print/apache.ts'
import { REFUSALS } from '../../src/proxy/refusals.ts'
import { startDeceived, type Deceived } from './impostor.ts'
import { isSkipped, PRINTED } from './programs.ts'

/** Every status that the gateway itself gives a caller. */
const STATUSES = [...new Set([204, 401, 403, 429, ...Object.values(REFUSALS).map(({ status }) => status)])]
const CHALLENGES = ['DPoP algs="ES256"', 'Bearer realm="orders"', 'Basic realm="orders", charset="UTF-8"']
const LONG = Array.from({ length: 60 }, (_, index) => `scope:number-${index}`)

/** What `/status/404`, `/challenges`, `/long` and `/navigation` are answered. */
function answerFor(path: string): Answer {
  if (path === '/navigation')
    return {
      status: 303,
      fields: [
        ['Location', '/login?return=%2Fa'],
        ['Set-Cookie', 'session=; Max-Age=0'],
        ['Cache-Control', 'no-store'],
      ],
    }
  const status = Number(/^\/status\/(\d+)$/.exec(path)?.[1] ?? (path === '/challenges' ? 401 : 403))
  const challenges = path === '/challenges' || status === 401 ? CHALLENGES.map((value) => ['WWW-Authenticate', value] as const) : []
  const fields: Answer['fields'] = [...challenges, ['Cache-Control', 'no-store'], ['X-Odd', 'odd']]
  if (status === 204) return { status, fields }
  const problem = { type: 'urn:countersign:problem:p', title: 'p', status, ...(path === '/long' ? { required_scopes: LONG } : {}) }
  return { status, fields: [...fields, ['Content-Type', 'application/problem+json']], problem }
}

/** Answers as the gateway does in the dialect that is asked for, and as it does to Apache, which asks for none. */
const everything: RequestListener = (request, response) => {
  const [, name] = /^\/authz\/([a-z-]+)/.exec(request.url ?? '') ?? []
  const dialect = Object.values(DIALECTS).find((one) => one.name === name)
  const path = request.headers['x-original-uri'] ?? request.headers['x-forwarded-uri'] ?? request.url ?? ''
  const answer = answerFor(String(path))
  const { status, fields, body }: Reply = dialect === undefined ? plain(answer) : dialect.refuse(answer)
  response.writeHead(status, fields.flat()).end(body)
}

describe.each(PRINTED)('of a refusal, what the page says comes through %s', (name, program) => {
  if (isSkipped(program)) return
  let deceived: Deceived
  beforeAll(async () => {
    deceived = await startDeceived(name, program, { listener: everything })
  })
  afterAll(() => deceived.end())

  const get = (path: string): Promise<RawResponse> => rawRequest(deceived.port, { method: 'GET', path })
  const values = ({ headerLines }: RawResponse, field: string): readonly string[] =>
    headerLines.filter(([one]) => one.toLowerCase() === field).map(([, value]) => value)

  async function statuses(): Promise<string> {
    const lost: number[] = []
    for (const status of STATUSES) {
      const got = await get(`/status/${status}`)
      if (got.status !== status || (status !== 204 && (JSON.parse(got.body) as { status: number }).status !== status)) lost.push(status)
    }
    return lost.length === 0 ? 'all' : `all but ${lost.join(', ')}`
  }

  async function challenges(): Promise<string> {
    const lines = values(await get('/challenges'), 'www-authenticate')
    if (lines.join(', ') !== CHALLENGES.join(', ')) return `not all: ${lines.join(', ')}`
    return lines.length === CHALLENGES.length ? 'all' : 'all, in one field line'
  }

  async function body(): Promise<string> {
    const { required_scopes: scopes, ...rest } = JSON.parse((await get('/long')).body) as Record<string, unknown>
    expect(rest).toEqual({ type: 'urn:countersign:problem:p', title: 'p', status: 403 })
    return scopes === undefined ? 'yes; beyond 1 KB in short' : 'yes'
  }

  async function preflight(): Promise<string> {
    const { status, headerLines } = await rawRequest(deceived.port, { method: 'OPTIONS', path: '/status/204', headers: [['Origin', 'https://app.example']] })
    return status === 204 && headerLines.length > 0 ? 'answered' : `answered ${status}`
  }

  test('the way to a login page does, and the end of a session', async () => {
    const got = await get('/navigation')
    expect(got.status).toBe(303)
    const [location = ''] = values(got, 'location')
    expect(new URL(location, 'http://127.0.0.1').pathname + new URL(location, 'http://127.0.0.1').search).toBe('/login?return=%2Fa')
    expect(['127.0.0.1', `127.0.0.1:${deceived.port}`]).toContain(new URL(location, 'http://127.0.0.1').host)
    expect(values(got, 'set-cookie')).toEqual(['session=; Max-Age=0'])
    expect(values(got, 'cache-control')).toEqual(['no-store'])
    expect(deceived.seen).toEqual([])
  })

  test('is what does', async () => {
    const otherFields = values(await get('/status/404'), 'x-odd').length === 1 ? 'all' : 'those that are listed'
    const seen: Survives = { statuses: await statuses(), challenges: await challenges(), body: await body(), otherFields, preflight: await preflight() }
    expect(seen).toEqual(name === 'apache' ? APACHE_SURVIVES : DIALECTS[name].survives)
    expect(deceived.seen).toEqual([])
  })
})

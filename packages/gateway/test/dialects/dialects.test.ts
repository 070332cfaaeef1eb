import type { Answer } from '@countersign/core'
import { describe, expect, test } from 'vitest'
import type { SubRequest } from '../../src/dialects/dialect.ts'
import { DIALECTS } from '../../src/dialects/index.ts'
import { DIALECT_NAMES, type DialectName } from '../../src/dialects/names.ts'

const PROBLEM = { type: 'urn:countersign:problem:p', title: 'p' }
const answerOf = (status: number, ...fields: Answer['fields']): Answer => ({
  status,
  fields: [...fields, ['Cache-Control', 'no-store'], ['Content-Type', 'application/problem+json']],
  problem: { ...PROBLEM, status },
})
const BASIC = ['WWW-Authenticate', 'Basic realm="o"'] as const
const BEARER = ['WWW-Authenticate', 'Bearer realm="o"'] as const

const DECISIONS = {
  challenge: answerOf(401, BEARER, BASIC),
  forbid: answerOf(403, ['WWW-Authenticate', 'Bearer realm="o", error="insufficient_scope"']),
  conceal: answerOf(404),
  malformed: answerOf(400),
  throttle: answerOf(429, ['Retry-After', '7']),
  unavailable: answerOf(503, ['Retry-After', '5']),
  fault: answerOf(500),
  preflight: { status: 204, fields: [['Access-Control-Allow-Origin', '*']] },
} as const satisfies Record<string, Answer>

/** The status on the wire, the true one in a field, the challenges, whether the content is the answer's. */
const ROWS: Readonly<Record<DialectName, Readonly<Record<keyof typeof DECISIONS, string>>>> = {
  nginx: narrow(),
  'nginx-accel': whole(),
  caddy: whole(),
  haproxy: whole(),
  envoy: whole(),
  traefik: { ...whole(), preflight: '403 204 0' },
  apisix: { ...whole(), challenge: '401 - 1', preflight: '403 204 0' },
}

function whole(): Readonly<Record<keyof typeof DECISIONS, string>> {
  return {
    challenge: '401 - 2',
    forbid: '403 - 1',
    conceal: '404 - 0',
    malformed: '400 - 0',
    throttle: '429 - 0',
    unavailable: '503 - 0',
    fault: '500 - 0',
    preflight: '204 - 0',
  }
}

function narrow(): Readonly<Record<keyof typeof DECISIONS, string>> {
  return {
    challenge: '401 401 1',
    forbid: '403 403 1',
    conceal: '403 404 0',
    malformed: '403 400 0',
    throttle: '403 429 0',
    unavailable: '403 503 0',
    fault: '403 500 0',
    preflight: '403 204 0',
  }
}

describe.each(DIALECT_NAMES)('%s', (name) => {
  const dialect = DIALECTS[name]

  test.each(Object.entries(DECISIONS))('writes %s', (outcome, answer: Answer) => {
    const { status, fields, body } = dialect.refuse(answer)
    const values = (field: string): readonly string[] => fields.filter(([one]) => one.toLowerCase() === field).map(([, value]) => value)
    expect(`${status} ${values('x-countersign-status')[0] ?? '-'} ${values('www-authenticate').length}`).toBe(ROWS[name][outcome as keyof typeof DECISIONS])
    expect([values('x-countersign-answer'), body]).toEqual([['deny'], answer.problem === undefined ? '' : JSON.stringify(answer.problem)])
    for (const [field, value] of answer.fields) expect(values(field.toLowerCase()).join(', ')).toContain(value)
    expect(status).not.toBe(200)
  })

  test('says yes with exactly 200 and the identity', () => {
    const { status, fields, body } = dialect.allow([['X-Countersign-Subject', 'alice']])
    expect([status, body]).toEqual([200, ''])
    expect(fields).toContainEqual(['X-Countersign-Subject', 'alice'])
    expect(fields.some(([one, value]) => one === 'X-Countersign-Answer' && value === 'allow')).toBe(true)
  })

  test('tells content that is too long in short', () => {
    const answer: Answer = {
      ...answerOf(403),
      problem: { ...PROBLEM, status: 403, required_scopes: Array.from({ length: 500 }, (_, index) => `scope:${index}`) },
    }
    expect(JSON.parse(dialect.refuse(answer).body)).toEqual({ ...PROBLEM, status: 403 })
  })
})

const ENVOY = ['x-original-client', 'x-forwarded-proto']
const FORWARDED = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-method', 'x-forwarded-uri', 'x-forwarded-host']
const ORIGINAL = ['x-original-method', 'x-original-uri', 'x-original-host', 'x-original-client', 'x-original-proto']
const VALUES: Readonly<Record<string, string>> = { for: '192.0.2.7', client: '192.0.2.7', proto: 'https', method: 'POST', uri: '/a?b', host: 'api.example' }

const NAMED: Readonly<Record<DialectName, readonly string[]>> = {
  nginx: ORIGINAL,
  'nginx-accel': ORIGINAL,
  haproxy: ORIGINAL,
  caddy: FORWARDED,
  traefik: FORWARDED,
  apisix: FORWARDED,
  envoy: ENVOY,
}

function asked(name: DialectName, fields: readonly string[], more: readonly string[] = []): SubRequest {
  const lines = fields.flatMap((field) => [field, VALUES[field.slice(field.lastIndexOf('-') + 1)] ?? ''])
  const target = name === 'envoy' ? '/authz/envoy/a?b' : `/authz/${name}`
  return { method: name === 'envoy' ? 'POST' : 'GET', target, raw: ['Host', 'api.example', 'Accept', '*/*', ...lines, ...more] }
}

describe.each(DIALECT_NAMES)('%s reads the request', (name) => {
  const dialect = DIALECTS[name]

  test('from its own fields', () => {
    const expected = { method: 'POST', uri: '/a?b', host: 'api.example', client: '192.0.2.7', secure: true }
    expect(dialect.read(asked(name, NAMED[name]))).toEqual({ ok: true, original: { ...expected, raw: ['Accept', '*/*'] } })
  })

  test.each(NAMED[name])('and never without %s, whatever else is there', (field) => {
    const others = [...FORWARDED, ...ORIGINAL, 'x-rewrite-url'].filter((one) => !NAMED[name].includes(one))
    const rest = NAMED[name].filter((one) => one !== field)
    expect(dialect.read(asked(name, [...rest, ...others]))).toEqual({ ok: false, fault: `\`${field}\` is missing` })
  })

  test.each(NAMED[name])('and never with two of %s', (field) => {
    expect(dialect.read(asked(name, [...NAMED[name], field]))).toEqual({ ok: false, fault: `\`${field}\` came 2 times` })
  })
})

test('Traefik gets an absolute Location, which it would resolve against our own address', () => {
  const reading = DIALECTS.traefik.read(asked('traefik', FORWARDED))
  const original = reading.ok ? reading.original : undefined
  expect(DIALECTS.traefik.refuse({ status: 303, fields: [['Location', '/login']] }, original).fields).toContainEqual(['Location', 'https://api.example/login'])
})

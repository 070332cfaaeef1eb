import { readFileSync } from 'node:fs'
import {
  allOf,
  anyone,
  apiKey,
  authenticated,
  basic,
  bearerJwt,
  bearerOpaque,
  createGuard,
  fact,
  open,
  owned,
  recent,
  role,
  scope,
  user,
  type AnyScheme,
  type GuardOptions,
  type Passage,
  type Requirement,
  type Standing,
} from 'countersign'
import { request, testIssuer } from 'countersign/testing'
import { describe, expect, test } from 'vitest'

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')

const issuer = await testIssuer()
const other = await testIssuer({ issuer: 'https://stranger.test' })
const jwt = bearerJwt(issuer.trust('https://api.example'))
const key = apiKey({ header: 'x-api-key', verify: () => undefined })
const password = basic({ verify: () => undefined })
const opaque = bearerOpaque({ verify: () => undefined })
const fail = () => Promise.reject(new Error('down'))
const broken = bearerOpaque({ verify: fail })
const revoking = bearerJwt({ ...issuer.trust('https://api.example'), isRevoked: () => true })
// Nothing listens there.
const away = bearerJwt({ issuer: issuer.issuer, audience: 'https://api.example', jwksUri: 'http://127.0.0.1:9/jwks' })

interface Ask {
  readonly requirement?: Requirement
  readonly fields?: Readonly<Record<string, string | readonly string[]>>
  readonly schemes?: readonly [AnyScheme, ...AnyScheme[]]
  readonly options?: Partial<GuardOptions>
}

function ask({ requirement = authenticated(), fields = {}, schemes = [jwt], options = {} }: Ask): Promise<Passage> | Passage {
  const guard = createGuard({ realm: 'orders', schemes, onError: () => {}, ...options })
  return guard.gate(requirement)(request('GET', { path: '/', params: { id: '7' } }, fields))
}

const olga = await issuer.bearer('olga')
const as = (standing: Standing): Ask => ({ fields: olga, options: { standing: () => standing } })
const nobody = owned({ load: () => undefined, by: () => true })
const foreign = owned({ load: () => 'an object', by: () => false })
const no = fact({ name: 'rule', resolve: () => ({ holds: false }) })
const defect: AnyScheme = {
  ...opaque,
  extract: () => {
    throw new Error('defect')
  },
}

/** What is sent for each row of the README's tables; where a row has alternatives, each of them. */
const situations: Readonly<Record<string, () => Ask | readonly Ask[] | Promise<Ask>>> = {
  'nothing was sent': () => ({}),
  'nothing was sent, the route needs a scope': () => ({ requirement: scope('orders:write') }),
  'nothing was sent, three schemes are accepted': () => ({ schemes: [password, key, jwt] }),
  'a scheme was used that the route does not accept': () => ({ fields: { authorization: 'Digest username="olga"' } }),
  '`Bearer` without a token, or a token with spaces in it': () => ['Bearer', 'Bearer a b'].map((authorization) => ({ fields: { authorization } })),
  'two sets of credentials, such as two `Authorization` lines': () => ({ fields: { authorization: [olga.authorization, olga.authorization] } }),
  'credentials longer than the server reads': () => ({ fields: { authorization: `Bearer ${'a'.repeat(10_000)}` } }),
  'the token has expired': async () => ({ fields: await issuer.expiredBearer('olga') }),
  'signature, key or algorithm are wrong': async () => ({ fields: await issuer.forgedBearer('olga') }),
  'the token is for another API': async () => ({ fields: await issuer.foreignBearer('olga') }),
  'an ID token was sent': async () => ({ fields: { authorization: `Bearer ${await issuer.token('olga', {}, { typ: 'JWT' })}` } }),
  'the issuer is not trusted here': async () => ({ fields: await other.bearer('olga') }),
  'the token was revoked, or its account is disabled or gone': () => [
    as({ state: 'disabled' }),
    as({ state: 'unknown' }),
    { fields: olga, schemes: [revoking] },
  ],
  'an opaque token that nobody has': () => ({ fields: { authorization: 'Bearer abc' }, schemes: [opaque] }),
  'a wrong password, or a name that nobody has': () => ({ fields: { authorization: `Basic ${btoa('olga:wrong')}` }, schemes: [password] }),
  'an API key that nobody has': () => ({ fields: { 'x-api-key': 'abc' }, schemes: [key] }),
  'the token lacks a scope': () => ({ fields: olga, requirement: scope('orders:write') }),
  'the caller lacks the role': () => ({ fields: olga, requirement: role('admin') }),
  'a rule of the application says no': () => ({ fields: olga, requirement: no }),
  'a client asks where a person is needed': async () => ({ fields: await issuer.bearer('robot', { client_id: 'robot' }), requirement: user() }),
  'the object belongs to somebody else, or there is none': () => [nobody, foreign].map((requirement) => ({ fields: olga, requirement })),
  'the login is too old': () => ({ fields: olga, requirement: allOf(role('admin'), recent({ maxAge: 300 })) }),
  'the account is suspended': () => as({ state: 'suspended' }),
  'the account holder has to do something first': () => as({ state: 'action-required', action: 'https://app.example/terms' }),
  'the quota of the caller is used up': () => as({ state: 'over-quota', retryAfter: 30 }),
  '`anyone()`, and nothing was sent': () => ({ requirement: anyone() }),
  '`anyone()`, and the token has expired': async () => ({ requirement: anyone(), fields: await issuer.expiredBearer('olga') }),
  '`open()`, and anything was sent': () => ({ requirement: open(), fields: { authorization: 'Bearer a b' } }),
  'the keys of the issuer cannot be fetched': () => ({ fields: olga, schemes: [away] }),
  "the application's look-up or database fails": () => [
    { fields: { authorization: 'Bearer abc' }, schemes: [broken] },
    { fields: olga, requirement: owned({ load: fail, by: () => true }) },
    { fields: olga, options: { standing: fail } },
  ],
  'the access control itself fails': () => ({ fields: { authorization: 'Bearer abc' }, schemes: [defect] }),
}

/** The rows of the tables that have a status: situation, status, challenges. */
const rows = [...readme.matchAll(/^\| (.+?) \| (\d{3}) \| (.+?) \| .+ \|$/gm)].map(([, situation = '', status = '', challenges = '']) => ({
  situation,
  status: Number(status),
  challenges: [...challenges.matchAll(/`([^`]+)`/g)].map(([, text]) => text),
}))

describe('the table of answers in the README', () => {
  test('has the situations that are tried here, and no others', () => {
    expect(rows.map(({ situation }) => situation)).toEqual(Object.keys(situations))
  })

  for (const { situation, status, challenges } of rows) {
    test(`${situation}: ${status}`, async () => {
      const asks = [(await situations[situation]?.()) ?? {}].flat()
      for (const one of asks) holdTo(await ask(one), status, challenges)
    })
  }
})

function holdTo(passage: Passage, status: number, challenges: readonly (string | undefined)[]): void {
  if (passage.pass) {
    expect([200, []]).toEqual([status, challenges])
    return
  }
  const { fields, problem } = passage.answer
  const lines = (name: string) => fields.filter(([field]) => field === name).map(([, value]) => value)
  expect([passage.answer.status, lines('WWW-Authenticate')]).toEqual([status, challenges])
  expect([lines('Cache-Control'), lines('Content-Type'), problem?.status]).toEqual([['no-store'], ['application/problem+json'], status])
  expect(lines('Retry-After').length).toBe(status === 429 || status === 503 ? 1 : 0)
}

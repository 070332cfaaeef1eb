import { describe, expect, it } from 'vitest'
import type { PersonaConfig } from '../../src/config/config.ts'
import { explain } from '../../src/review/explain.ts'
import { waysToPass } from '../../src/review/ways.ts'
import { termsOf } from '../../src/review/decide.ts'
import { CONFIG, NOW, policyOf } from './fixture.ts'

const SECRET = 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc='
const BROWSER: PersonaConfig = { scheme: 'session', subject: 'olga', roles: [], scopes: [] }
const PARTNER: PersonaConfig = { scheme: 'signature', subject: 'shop', roles: [], scopes: [] }

const config = {
  ...CONFIG,
  schemes: {
    session: { secrets: [SECRET], login: '/login', idle: 1800, absolute: 43_200, cookie: '__Host-session', sameSite: 'Lax', origins: [] },
    signature: {
      keys: [{ keyid: 'k', algorithm: 'hmac-sha256', jwk: { kty: 'oct', k: 'secret' }, subject: 'shop', roles: [], scopes: [] }],
      components: ['@method', '@target-uri'],
      origin: ['https://api.example'],
      maxAge: 60,
      clockTolerance: 30,
      replays: 10,
      contentLimit: 1000,
    },
  },
} as const

const policy = policyOf({
  routes: [{ path: '/data' }, { path: '/bound', bound: true }, { path: '/browser', schemes: ['session'] }, { path: '/partner', schemes: ['signature'] }],
})

async function statusOf(url: string, persona: PersonaConfig): Promise<number | undefined> {
  return (await explain(policy, config, { method: 'GET', url, persona: { name: 'p', config: persona } })).answer.status
}

describe('a review of sessions and signatures', () => {
  it('lets each pass where it is taken', async () => {
    const table = await Promise.all(
      ['/data', '/bound', '/browser', '/partner'].map(async (url) => [url, await statusOf(url, BROWSER), await statusOf(url, PARTNER)]),
    )
    expect(table).toEqual([
      ['/data', 200, 200],
      ['/bound', 401, 200],
      ['/browser', 200, 401],
      ['/partner', 401, 200],
    ])
  })

  it('shows the challenges of both, and nothing of their secrets', async () => {
    const { answer } = await explain(policy, config, {
      method: 'GET',
      url: '/data',
      persona: { name: 'anonymous', config: { subject: '', roles: [], scopes: [] } },
    })
    expect(answer.fields.filter(([name]) => name === 'WWW-Authenticate' || name === 'Accept-Signature')).toEqual([
      ['WWW-Authenticate', 'Signature realm="orders"'],
      ['WWW-Authenticate', 'Session realm="orders"'],
      ['Accept-Signature', 'sig1=("@method" "@target-uri");created;keyid="k"'],
    ])
  })

  it('names a signature as what a thief could not use', async () => {
    const [, bound] = policy.routes
    if (bound === undefined) throw new Error('no such route')
    const ways = await waysToPass(bound, BROWSER, { ...termsOf(config, NOW), params: {} })
    expect(ways).toEqual([{ needs: ['credentials that are bound to a key or a certificate'], tried: true }])
  })
})

describe('a review of Digest', () => {
  const schemes = {
    digest: { users: [], algorithm: 'SHA-256', secret: SECRET, lifetime: 300, replays: 10 },
  } as const
  const clerk: PersonaConfig = { scheme: 'digest', subject: 'olga', roles: ['clerk'], scopes: [] }
  const asking = policyOf({ routes: [{ path: '/clerks', roles: ['clerk'], recent: 60 }] })
  const ask = (persona: PersonaConfig) => explain(asking, { ...config, schemes }, { method: 'GET', url: '/clerks', persona: { name: 'p', config: persona } })

  it('lets a name with the role pass, whose login is as recent as the request, and says that guesses are counted', async () => {
    const { answer, entrance } = await ask(clerk)
    expect(answer.status).toBe(200)
    expect(entrance.map(({ setting }) => setting)).toContain('abuse.guessing')
  })

  it('shows the challenge without the nonce that only an answer has', async () => {
    const { answer } = await ask({ subject: '', roles: [], scopes: [] })
    expect(answer.fields.filter(([name]) => name === 'WWW-Authenticate')).toEqual([
      ['WWW-Authenticate', 'Digest realm="orders", qop="auth", algorithm=SHA-256, charset=UTF-8'],
    ])
  })
})

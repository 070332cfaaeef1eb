import { testIssuer, type TestIssuer } from 'countersign/testing'
import type { Credentials, Persona } from '../../src/persona.ts'

/** Who knows the target: customers, an administrator, somebody of the support, two partners with other schemes, a machine, and a locked account. */
const PARTIES = {
  alice: { scheme: 'Bearer', roles: ['customer'], scopes: ['orders:read', 'orders:write'], tenant: 'north' },
  bob: { scheme: 'Bearer', roles: ['customer'], scopes: ['orders:read'], tenant: 'south' },
  olga: { scheme: 'Bearer', roles: ['admin'], scopes: ['orders:read', 'orders:write'], caretaker: true },
  sam: { scheme: 'Bearer', roles: ['support'], scopes: [] },
  kiosk: { scheme: 'ApiKey', roles: ['partner'], scopes: [] },
  lena: { scheme: 'Basic', roles: ['partner'], scopes: [] },
  robot: { scheme: 'Bearer', roles: [], scopes: ['orders:read'], machine: true },
  tess: { scheme: 'Bearer', roles: ['customer'], scopes: ['orders:read'], state: 'locked' },
} as const satisfies Record<string, Party>

interface Party {
  readonly scheme: 'Bearer' | 'ApiKey' | 'Basic'
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  readonly caretaker?: boolean
  readonly machine?: boolean
  readonly state?: 'locked'
  readonly tenant?: string
}

export type PartyName = keyof typeof PARTIES

export const AUDIENCE = 'https://orders.test'
/** The key of the kiosk, and the password of lena. */
export const SECRETS = { kiosk: 'kiosk-key-5Q2mYx8wRt', lena: 'correct horse battery' }

/** An issuer with RS256, as most have it. */
export async function createIssuer(): Promise<TestIssuer> {
  const issuer = await testIssuer({ algorithm: 'RS256', issuer: 'https://id.orders.test' })
  issuer.trust(AUDIENCE)
  return issuer
}

/** Everybody, as the auditor sees them. */
export function createPersonas(issuer: TestIssuer): Readonly<Record<PartyName, Persona>> {
  const names = Object.keys(PARTIES) as PartyName[]
  return Object.fromEntries(names.map((name) => [name, personaOf(name, issuer)])) as Record<PartyName, Persona>
}

function personaOf(name: PartyName, issuer: TestIssuer): Persona {
  const party: Party = PARTIES[name]
  let current: Promise<Credentials> | undefined
  return {
    name,
    principal: {
      subject: name,
      scheme: party.scheme,
      scopes: party.scopes,
      roles: party.roles,
      assurance: {},
      claims: party.machine === true ? { client_id: name } : {},
    },
    caretaker: party.caretaker ?? false,
    ...(party.state === undefined ? {} : { state: party.state }),
    ...(party.tenant === undefined ? {} : { tenant: party.tenant }),
    credentials: () => (current ??= credentialsOf(name, party, issuer)),
    renew: () => (current = undefined),
    authorize: async (request, { fields }) => ({ ...request, fields: [...request.fields, ...fields] }),
  }
}

/** Seconds. */
const LIFETIME = 3600

async function credentialsOf(name: PartyName, { scheme, roles, scopes, machine, tenant }: Party, issuer: TestIssuer): Promise<Credentials> {
  if (scheme === 'ApiKey') return { kind: 'apiKey', fields: [['X-API-Key', SECRETS.kiosk]], value: SECRETS.kiosk }
  if (scheme === 'Basic') {
    const value = `${name}:${SECRETS.lena}`
    return { kind: 'basic', fields: [['Authorization', `Basic ${Buffer.from(value).toString('base64')}`]], value }
  }
  const expires = Math.floor(Date.now() / 1000) + LIFETIME
  const claims = {
    roles,
    ...(tenant === undefined ? {} : { tenant }),
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    exp: expires,
    ...(machine === true ? { client_id: name } : {}),
  }
  const value = await issuer.token(name, claims)
  return { kind: 'bearer', fields: [['Authorization', `Bearer ${value}`]], value, expires }
}

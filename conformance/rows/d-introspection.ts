import { ACTIVE, introspectionSite, type Behaviour } from '../fixtures/introspection.ts'
import { authorization, type Rows, type Variant } from '../situations.ts'

const send = authorization(`Bearer ${ACTIVE}`)
const values = { seconds: '5' }
/** Seconds: the time limit of the guard would say something else after 5. */
const PROMPTLY = 4.5

const unavailable = (behaviour: Behaviour): Variant => ({ name: behaviour, site: introspectionSite(behaviour), values, send, within: PROMPTLY })
const healthy = introspectionSite('healthy')

/** Tokens that only their issuer can tell the worth of. */
export const introspectionRows: Rows = {
  'introspection-unavailable': (['status 500', 'hanging', 'broken off', 'redirect'] as const).map(unavailable),
  'introspection-malformed': (['html', 'active as text', 'no active', 'text type'] as const).map(unavailable),
  'introspection-refuses-us': (['status 401', 'status 403'] as const).map((behaviour) => ({ name: behaviour, site: introspectionSite(behaviour), send })),
  'token-inactive': [
    { name: 'unknown to its issuer', site: healthy, reason: 'token-inactive', send: authorization('Bearer made-up') },
    {
      name: 'known, but for another API',
      site: introspectionSite('healthy', { aud: 'https://other.example' }),
      reason: 'token-audience-wrong',
      send,
    },
    { name: 'known, but expired by the time of this server', site: introspectionSite('healthy', { exp: 1_700_000_000 }), reason: 'token-expired', send },
    { name: 'active', site: healthy, send, passes: true },
  ],
}

import { apiKey, basic, bearerJwt, bearerOpaque, createGuard, sameSecret, type AnyScheme, type Guard, type KnownParty } from 'countersign'
import type { TestIssuer } from 'countersign/testing'
import type { Faults } from './faults.ts'
import { AUDIENCE, SECRETS } from './parties.ts'

/** The guard of the target, with what is wrong about whom it takes callers for. */
export function createTargetGuard(issuer: TestIssuer, faults: Faults): Guard {
  return createGuard({
    realm: 'orders',
    schemes: [bearer(issuer, faults), key, password(faults)],
    standing: ({ subject }) => ({ state: subject === 'tess' && !faults.has('locked-let-in') ? 'suspended' : 'active' }),
    onError: (error) => void process.stderr.write(`the target: ${String(error)}\n`),
  })
}

function bearer(issuer: TestIssuer, faults: Faults): AnyScheme {
  const strict = bearerJwt({ ...issuer.trust(AUDIENCE), algorithms: ['RS256'] })
  const verify = laxVerify(faults)
  if (verify === undefined) return strict
  return bearerOpaque({
    verify: async (token, context) => {
      const known = verify(token)
      if (known !== undefined) return known
      const verified = await strict.verifyToken(token, { now: Math.floor(Date.now() / 1000), ...context })
      return verified.result === 'accepted' ? verified.principal : undefined
    },
  })
}

/** Finds a caller in a token without the care that it takes; nothing if the strict way is to decide. */
function laxVerify(faults: Faults): ((token: string) => KnownParty | undefined) | undefined {
  if (faults.has('any-token')) return (token) => claimed(token) ?? { subject: 'somebody', roles: ['customer'], scopes: ['orders:read'] }
  if (faults.has('signature-unchecked')) return claimed
  if (faults.has('alg-none')) return (token) => (String(partsOf(token)?.header['alg']).toLowerCase() === 'none' ? claimed(token) : undefined)
  return undefined
}

interface Parts {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/** What a token says, whoever signed it. */
function partsOf(token: string): Parts | undefined {
  const [header = '', claims = ''] = token.split('.')
  try {
    return { header: JSON.parse(decoded(header)), claims: JSON.parse(decoded(claims)) }
  } catch {
    return undefined
  }
}

function decoded(text: string): string {
  return Buffer.from(text, 'base64url').toString('utf8')
}

function claimed(token: string): KnownParty | undefined {
  const claims = partsOf(token)?.claims
  if (claims === undefined || typeof claims['sub'] !== 'string') return undefined
  const { sub, roles, scope } = claims
  return {
    subject: sub,
    roles: Array.isArray(roles) ? roles.map(String) : [],
    scopes: typeof scope === 'string' ? scope.split(' ') : [],
    claims: { ...claims },
  }
}

const key = apiKey({
  header: 'x-api-key',
  verify: async (given) => ((await sameSecret(given, SECRETS.kiosk)) ? { subject: 'kiosk', roles: ['partner'] } : undefined),
})

function password(faults: Faults): AnyScheme {
  return basic({
    verify: async (user, given) =>
      user === 'lena' && (faults.has('any-password') || (await sameSecret(given, SECRETS.lena))) ? { subject: 'lena', roles: ['partner'] } : undefined,
  })
}

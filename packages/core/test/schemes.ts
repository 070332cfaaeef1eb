import { reasonEntry, type AnyScheme, type Ask, type Challenge, type NonEmpty, type Reason, type Scheme } from '@countersign/core'

type Characteristics = Pick<Scheme, 'name' | 'strength' | 'expresses' | 'opensDialog'> & Partial<Pick<Scheme, 'missing' | 'fields' | 'login'>>

/** A scheme that is only asked for its challenges: `judge` neither extracts nor verifies. */
function scheme(characteristics: Characteristics, params: (ask: Ask) => Challenge['params']): AnyScheme {
  return {
    ...characteristics,
    carrier: 'authorization',
    extract: () => ({ found: 'nothing' }),
    verify: () => ({ result: 'rejected', reason: 'credentials-rejected' }),
    challenges: (ask) => [{ scheme: characteristics.name, params: params(ask) }],
  }
}

/** The error code of RFC 6750 section 3.1 and RFC 9470 section 3 that a reason has, if any. */
function errorOf({ reason }: Ask, stepUp: boolean): string | undefined {
  if (reason === undefined) return undefined
  const { outcome, problem } = reasonEntry(reason)
  if (!stepUp && problem === 'invalid-dpop-proof') return 'invalid_dpop_proof'
  if (!stepUp && problem === 'dpop-nonce-required') return 'use_dpop_nonce'
  if (outcome === 'malformed') return 'invalid_request'
  if (problem === 'invalid-token') return 'invalid_token'
  if (problem === 'insufficient-scope') return 'insufficient_scope'
  return problem === 'step-up-required' && stepUp ? 'insufficient_user_authentication' : undefined
}

function present(params: Readonly<Record<string, string | undefined>>): Challenge['params'] {
  const entries = Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
  return Object.fromEntries(entries)
}

/** Ledger section 2: B0, BT, BR, BS, BU; if there are algorithms D0, DT, DR, DS, among which no code asks for step-up. */
function tokenParams(ask: Ask, algs?: string): Challenge['params'] {
  const error = errorOf(ask, algs === undefined)
  const scope = error === 'invalid_token' || error === 'invalid_request' || ask.scope?.length === 0 ? undefined : ask.scope?.join(' ')
  const description = error === undefined || ask.reason === undefined ? undefined : reasonEntry(ask.reason).description
  if (error === undefined) return present({ realm: ask.realm, algs, scope })
  const stepUp = { acr_values: ask.acr?.join(' '), max_age: ask.maxAge === undefined ? undefined : String(ask.maxAge) }
  return present({ realm: ask.realm, error, ...stepUp, scope, algs, error_description: description })
}

const STALE: ReadonlySet<Reason> = new Set(['nonce-stale', 'nonce-replayed'])

/** RFC 9449 section 9: the nonce stands beside the challenge that asks for it. */
function nonceFields({ reason }: Ask): readonly (readonly [string, string])[] {
  return reason !== undefined && reasonEntry(reason).problem === 'dpop-nonce-required' ? [['DPoP-Nonce', 'n1']] : []
}

/** HTTP has no challenge for certificates. */
const certificate: AnyScheme = {
  ...scheme({ name: 'Certificate', strength: 35, expresses: [], opensDialog: false }, () => ({})),
  carrier: 'connection',
  challenges: () => [],
  unchallenged: 'client-certificate-missing',
}

const SCHEMES: Readonly<Record<string, AnyScheme>> = {
  Signature: scheme(
    {
      name: 'Signature',
      strength: 50,
      expresses: ['authenticate', 'prove'],
      opensDialog: false,
      missing: 'signature-missing',
      fields: () => [['Accept-Signature', 'sig1=("@method");created']],
    },
    ({ realm }) => ({ realm }),
  ),
  Proof: scheme(
    { name: 'Proof', strength: 40, expresses: ['authenticate', 'refresh', 'request-scope', 'prove'], opensDialog: false, fields: nonceFields },
    (ask) => tokenParams(ask, 'ES256'),
  ),
  Bearer: scheme({ name: 'Bearer', strength: 30, expresses: ['authenticate', 'refresh', 'step-up', 'request-scope'], opensDialog: false }, (ask) =>
    tokenParams(ask),
  ),
  ApiKey: scheme({ name: 'ApiKey', strength: 20, expresses: ['authenticate'], opensDialog: false }, ({ realm }) => ({
    realm,
    in: 'header',
    name: 'x-api-key',
  })),
  Digest: scheme({ name: 'Digest', strength: 15, expresses: ['authenticate', 'prove'], opensDialog: true }, ({ realm, reason }) => ({
    realm,
    nonce: 'n1',
    ...(reason !== undefined && STALE.has(reason) ? { stale: 'true' } : {}),
  })),
  Session: scheme({ name: 'Session', strength: 5, expresses: ['authenticate'], opensDialog: false, login: () => '/login' }, ({ realm }) => ({ realm })),
  Certificate: certificate,
  Basic: scheme({ name: 'Basic', strength: 10, expresses: ['authenticate'], opensDialog: true }, ({ realm }) => ({ realm, charset: 'UTF-8' })),
}

/** The names of the schemes that vectors and properties use, strongest first. */
export const SCHEME_NAMES = ['Signature', 'Proof', 'Bearer', 'ApiKey', 'Digest', 'Basic'] as const

/** The test schemes of these names, in this order. */
export function schemesOf(names: readonly string[]): NonEmpty<AnyScheme> {
  const [first, ...others] = names.map((name) => {
    const found = SCHEMES[name]
    if (found === undefined) throw new TypeError(`no test scheme is called \`${name}\``)
    return found
  })
  if (first === undefined) throw new TypeError('a case needs at least one scheme')
  return [first, ...others]
}

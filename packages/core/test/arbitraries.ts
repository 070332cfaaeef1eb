import fc from 'fast-check'
import {
  REASONS,
  type Authentication,
  type Evidence,
  type Fact,
  type NonEmpty,
  type Outcome,
  type Principal,
  type Reason,
  type ReasonFor,
  type Requirement,
  type Terms,
} from '@countersign/core'
import { SCHEME_NAMES, schemesOf } from './schemes.ts'

/** Occurs in every claim of every principal, and nowhere else. */
export const MARK = 'claim-8f14e45f'
export const NOW = 1_800_000_000

const SCOPES = ['a', 'b', 'orders:write']
const ROLES = ['admin', 'auditor']
const LEVELS = ['gold', 'silver']
const FACTS = ['owner', 'tenant', 'shared']

function nonEmpty<T>(element: fc.Arbitrary<T>, maxLength = 3): fc.Arbitrary<NonEmpty<T>> {
  return fc.tuple(element, fc.array(element, { maxLength: maxLength - 1 })).map(([first, others]) => [first, ...others])
}

function reasonsOf<O extends Outcome>(outcome: O): fc.Arbitrary<ReasonFor<O>> {
  const names = Object.keys(REASONS) as Reason[]
  return fc.constantFrom(...names.filter((name): name is ReasonFor<O> => REASONS[name].outcome === outcome))
}

const unavailable = reasonsOf('unavailable')
const seconds = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.double())
const scopeToken = fc.oneof(fc.constantFrom(...SCOPES), fc.stringMatching(/^[\x21\x23-\x5B\x5D-\x7E]{1,8}$/))
const level = fc.oneof(fc.constantFrom(...LEVELS), fc.stringMatching(/^[\x21\x23-\x5B\x5D-\x7E]{1,8}$/))

export const principals: fc.Arbitrary<Principal> = fc.record({
  subject: fc.constantFrom('alice', 'app'),
  scheme: fc.constantFrom(...SCHEME_NAMES, 'bearer', 'Other'),
  scopes: fc.subarray(SCOPES),
  roles: fc.subarray(ROLES),
  binding: fc.constantFrom('key', 'certificate'),
  assurance: fc.record({ acr: fc.constantFrom(...LEVELS), authTime: fc.integer({ min: NOW - 1000, max: NOW + 10 }) }, { requiredKeys: [] }),
  claims: fc.record(
    { client_id: fc.constantFrom('app', MARK), email: fc.constant(`${MARK}@example`), nested: fc.constant({ deep: [MARK] }) },
    { requiredKeys: ['email'] },
  ),
})

const leaves: fc.Arbitrary<Requirement> = fc.oneof(
  fc.constant<Requirement>({ type: 'anyone' }),
  fc.constant<Requirement>({ type: 'authenticated' }),
  fc.record({ type: fc.constant('authenticated' as const), via: nonEmpty(fc.constantFrom(...SCHEME_NAMES, 'basic', 'Absent'), 2) }),
  fc.record({ type: fc.constant('scope' as const), all: nonEmpty(scopeToken) }),
  fc.record({ type: fc.constant('role' as const), any: nonEmpty(fc.constantFrom(...ROLES, 'root')) }),
  fc.constant<Requirement>({ type: 'user' }),
  fc.constant<Requirement>({ type: 'bound' }),
  fc.record(
    { type: fc.constant('assurance' as const), acr: nonEmpty(level), maxAge: fc.oneof(fc.integer({ min: 0, max: 900 }), fc.maxSafeNat()) },
    { requiredKeys: ['type'] },
  ),
  fc.record({ type: fc.constant('fact' as const), name: fc.constantFrom(...FACTS), otherwise: fc.constantFrom('forbid' as const, 'conceal' as const) }),
)

/** Requirements as a route can have them: words that the builders accept. `open` stands alone. */
export const closedRequirements: fc.Arbitrary<Requirement> = fc.letrec<{ requirement: Requirement }>((tie) => {
  const of = nonEmpty(tie('requirement'))
  const composed = fc.record({ type: fc.constantFrom('all' as const, 'any' as const), of })
  return { requirement: fc.oneof({ maxDepth: 3, withCrossShrink: true }, leaves, composed) }
}).requirement

export const requirements: fc.Arbitrary<Requirement> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Requirement>({ type: 'open' }) },
  { weight: 30, arbitrary: closedRequirements },
)

const schemeName = fc.constantFrom(...SCHEME_NAMES, 'bearer', 'Other')

export const authentications: fc.Arbitrary<Authentication> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ state: fc.constant('authenticated' as const), principal: principals }) },
  { weight: 2, arbitrary: fc.constant<Authentication>({ state: 'anonymous' }) },
  { weight: 1, arbitrary: fc.constant<Authentication>({ state: 'unsupported' }) },
  {
    weight: 1,
    arbitrary: fc.record(
      { state: fc.constant('malformed' as const), scheme: schemeName, reason: reasonsOf('malformed') },
      { requiredKeys: ['state', 'reason'] },
    ),
  },
  { weight: 3, arbitrary: fc.record({ state: fc.constant('rejected' as const), scheme: schemeName, reason: reasonsOf('challenge') }) },
  {
    weight: 1,
    arbitrary: fc.record(
      { state: fc.constant('undecided' as const), scheme: schemeName, reason: unavailable, retryAfter: seconds },
      { requiredKeys: ['state', 'scheme', 'reason'] },
    ),
  },
  { weight: 1, arbitrary: fc.record({ state: fc.constant('fault' as const), reason: reasonsOf('fault') }) },
  {
    weight: 1,
    arbitrary: fc.record(
      { state: fc.constant('barred' as const), principal: principals, reason: reasonsOf('forbid'), action: fc.webUrl() },
      { requiredKeys: ['state', 'principal', 'reason'] },
    ),
  },
  { weight: 1, arbitrary: fc.record({ state: fc.constant('throttled' as const), reason: reasonsOf('throttle'), retryAfter: seconds }) },
)

const facts: fc.Arbitrary<Fact> = fc.oneof(
  fc.constant<Fact>({ holds: true, value: { id: 1 } }),
  fc.constant<Fact>({ holds: false }),
  fc.record({ holds: fc.constant('unknown' as const), reason: fc.oneof(unavailable, reasonsOf('fault')), retryAfter: seconds }, { requiredKeys: ['holds'] }),
)

const factMaps: fc.Arbitrary<ReadonlyMap<string, Fact>> = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...FACTS), facts), { selector: ([name]) => name, maxLength: FACTS.length })
  .map((entries) => new Map(entries))

export const evidences: fc.Arbitrary<Evidence> = fc.record(
  { authentication: authentications, further: fc.array(authentications, { maxLength: 2 }), facts: factMaps },
  { requiredKeys: ['authentication', 'facts'] },
)

/** One good set of credentials and nothing else. */
export const knownEvidences: fc.Arbitrary<Evidence> = fc.record({
  authentication: fc.record({ state: fc.constant('authenticated' as const), principal: principals }),
  facts: factMaps,
})

/** A request that brought no credentials at all. */
export const anonymousEvidences: fc.Arbitrary<Evidence> = fc.record({ authentication: fc.constant<Authentication>({ state: 'anonymous' }), facts: factMaps })

export const terms: fc.Arbitrary<Terms> = fc
  .record({ names: fc.subarray([...SCHEME_NAMES], { minLength: 1 }), realm: fc.string({ unit: 'binary', maxLength: 8 }), script: fc.boolean() })
  .map(({ names, realm, script }) => ({ realm, schemes: schemesOf(names), now: NOW, id: 'd-1', script }))

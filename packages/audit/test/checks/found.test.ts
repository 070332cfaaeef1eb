import { afterAll, expect, test } from 'vitest'
import type { AuditConfig, SuppliedToken } from '../../src/config/config.ts'
import { challengeChecks } from '../../src/checks/challenge/index.ts'
import { credentialsChecks } from '../../src/checks/credentials/index.ts'
import { denialsChecks } from '../../src/checks/denials/index.ts'
import { headersChecks } from '../../src/checks/headers/index.ts'
import { nobodyChecks } from '../../src/checks/nobody/index.ts'
import { robustnessChecks } from '../../src/checks/robustness/index.ts'
import { routingChecks } from '../../src/checks/routing/index.ts'
import { tokensChecks } from '../../src/checks/tokens/index.ts'
import type { Mode } from '../../src/rule.ts'
import { encoded } from '../../src/checks/tokens/jws.ts'
import { auditTarget, countingIn } from '../target/audited.ts'
import { startTarget, type FaultName, type Target } from '../target/index.ts'

/** Those about callers, challenges, credentials, routes and fields; what is about objects is tested beside this. */
const checks = [
  ...nobodyChecks,
  ...challengeChecks,
  ...credentialsChecks,
  ...tokensChecks,
  ...denialsChecks,
  ...routingChecks,
  ...headersChecks,
  ...robustnessChecks,
]

/** Which check must find which fault. */
const FOUND: Partial<Record<FaultName, string>> = {
  'reports-unguarded': 'AUTH-OPEN',
  'orders-list-unguarded': 'AUTH-OPEN',
  '403-for-401': 'AUTH-403-FOR-NOBODY',
  '404-for-401': 'AUTH-404-FOR-NOBODY',
  '400-for-401': 'AUTH-400-FOR-NOBODY',
  '500-for-401': 'AUTH-500-FOR-NOBODY',
  '200-for-401': 'AUTH-SOFT',
  'login-redirect': 'AUTH-REDIRECT',
  '401-for-403': 'DENY-401-FOR-KNOWN',
  'refusal-as-200': 'DENY-SOFT',
  'refusal-as-500': 'DENY-500',
  '400-for-403': 'DENY-400',
  '302-for-403': 'DENY-REDIRECT',
  '405-for-403': 'DENY-405',
  '410-for-404': 'DENY-DOC',
  '404-on-users': 'DENY-INCONSISTENT',
  'reason-dropped': 'DENY-403-NO-REASON',
  'roles-named': 'DENY-403-LEAKS',
  'owner-named': 'DENY-403-LEAKS',
  'trace-shown': 'CHAL-LEAK',
  'challenge-dropped': 'CHAL-MISSING',
  'challenge-unreadable': 'CHAL-SYNTAX',
  'challenge-of-another-scheme': 'CHAL-INAPPLICABLE',
  'challenge-undeclared': 'CHAL-UNDECLARED',
  'realm-dropped': 'CHAL-REALM',
  'realm-of-one-route': 'CHAL-INCONSISTENT',
  'scope-unnamed': 'CHAL-SCOPE',
  'scope-as-401': 'CHAL-SCOPE-401',
  'proxy-challenge': 'CHAL-407',
  'refusal-kept': 'CACHE-DENIAL',
  'refusal-unsaid': 'CACHE-DENIAL',
  'refusal-with-etag': 'ETAG-ON-DENIAL',
  'trace-on-notices': 'ROB-STACK',
  'crash-on-notices': 'ROB-CRASH',
  'hang-on-notices': 'ROB-HANG',
  'data-in-refusal': 'AUTH-BODY-IN-DENIAL',
  'head-unguarded': 'AUTH-METHOD-GAP',
  'unknown-method-runs': 'AUTH-METHOD-GAP',
  'challenge-with-error': 'CHAL-BEARER-ERROR',
  'challenge-without-error': 'CHAL-BEARER-ERROR',
  'challenge-not-exposed': 'CHAL-CORS',
  'any-token': 'CRED-GARBAGE',
  'any-password': 'CRED-GARBAGE',
  'empty-token-is-somebody': 'CRED-EMPTY',
  'null-token-fails': 'CRED-EMPTY',
  'malformed-token-fails': 'CRED-MALFORMED',
  'malformed-token-as-403': 'CRED-MALFORMED',
  'long-token-fails': 'CRED-HUGE',
  'last-authorization': 'CRED-DOUBLE',
  'scheme-by-case': 'CRED-SCHEME-CASE',
  'scheme-cut-off': 'CRED-WRONG-SCHEME',
  'token-in-query': 'CRED-IN-QUERY',
  'token-in-cookie': 'CRED-IN-COOKIE',
  'public-refuses-bad-tokens': 'CRED-PUBLIC-BAD',
  'umlaut-fails': 'CRED-UNICODE',
  'user-header-believed': 'CRED-SPOOF-HEADERS',
  'address-header-believed': 'CRED-SPOOF-HEADERS',
  'certificate-header-believed': 'CRED-SPOOF-HEADERS',
  'original-url-believed': 'CRED-SPOOF-HEADERS',
  'alg-none': 'TOK-NONE',
  'signature-unchecked': 'TOK-TAMPERED',
  'signature-if-present': 'TOK-STRIPPED',
  'public-key-as-secret': 'TOK-KEYCONFUSION',
  'key-from-header': 'TOK-JWK',
  'keys-from-jku': 'TOK-JKU',
  'kid-is-a-path': 'TOK-KID',
  'spelling-ignored': 'TOK-CANON',
  'remembered-by-signature': 'TOK-CACHE',
  'expired-accepted': 'TOK-EXPIRED',
  'not-yet-accepted': 'TOK-NBF',
  'future-accepted': 'TOK-IAT',
  'audience-ignored': 'TOK-AUD',
  'issuer-ignored': 'TOK-ISS',
  'type-ignored': 'TOK-TYPE',
  'revoked-accepted': 'TOK-REVOKED',
  'crit-ignored': 'TOK-CRIT',
  'b64-ignored': 'TOK-B64',
  'slash-unguarded': 'ROUTE-VARIANT',
  'double-slash-unguarded': 'ROUTE-VARIANT',
  'case-unguarded': 'ROUTE-VARIANT',
  'dots-unguarded': 'ROUTE-VARIANT',
  'encoded-unguarded': 'ROUTE-VARIANT',
  'semicolon-unguarded': 'ROUTE-VARIANT',
  'extension-unguarded': 'ROUTE-VARIANT',
  'rewrite-url-followed': 'ROUTE-HOST',
  'host-unguarded': 'ROUTE-HOST',
  'range-unguarded': 'ROUTE-RANGE',
  'condition-unguarded': 'ROUTE-COND',
  'html-unguarded': 'ROUTE-CONTENT',
  'cached-by-address': 'CACHE-GRANT',
  'grant-kept': 'CACHE-VARY',
  'preflight-guarded': 'CORS-PREFLIGHT',
  'origin-reflected': 'CORS-CREDENTIALS',
  'null-origin-allowed': 'CORS-CREDENTIALS',
  'refusal-without-cors': 'CORS-DENIAL',
  'cookie-bare': 'COOKIE-FLAGS',
  'credentials-echoed': 'LOG-REFLECT',
  'odd-token-fails': 'ROB-500',
  'create-unguarded': 'AUTH-OPEN',
  'update-unguarded': 'AUTH-OPEN',
  'content-before-guard': 'AUTH-ORDER',
  'metadata-missing': 'CHAL-METADATA',
}

/** What the issuer of the target makes for an audit: tokens that must be refused. */
async function configOf({ config, issuer }: Target): Promise<AuditConfig> {
  const now = Math.floor(Date.now() / 1000)
  const claims = { roles: ['customer'], scope: 'orders:read orders:write' }
  const alice = { sub: 'alice', ...claims }
  const tokens: Readonly<Record<SuppliedToken['kind'], string>> = {
    expired: await issuer.token('alice', { ...claims, iat: now - 900, exp: now - 600 }),
    'not-yet-valid': await issuer.token('alice', { ...claims, nbf: now + 3600, exp: now + 7200 }),
    'issued-in-future': await issuer.token('alice', { ...claims, iat: now + 3600, exp: now + 7200 }),
    'other-audience': await issuer.token('alice', { ...claims, aud: 'https://other.test' }),
    'other-issuer': await issuer.token('alice', { ...claims, iss: 'https://other-issuer.test' }),
    'id-token': await issuer.token('alice', claims, { typ: 'JWT' }),
    'refresh-token': 'r3fresh-t0ken-of-alice',
    revoked: (await issuer.forgedBearer('alice', { ...claims, jti: 'revoked' })).authorization.slice('Bearer '.length),
    'critical-extension': `${encoded({ alg: 'RS256', crit: ['x-strict'], 'x-strict': true })}.${encoded(alice)}.c2ln`,
    'unencoded-payload': `${encoded({ alg: 'RS256', crit: ['b64'], b64: false })}.${encoded(alice)}.c2ln`,
  }
  return {
    ...config,
    // What never comes would be waited for long.
    timeLimit: 0.5,
    tokens: Object.entries(tokens).map(([kind, token]) => {
      const env = `AUDIT_TEST_${kind.replaceAll('-', '_').toUpperCase()}`
      process.env[env] = token
      return { kind: kind as SuppliedToken['kind'], persona: 'alice', token: { env } }
    }),
  }
}

/** Faults that only a mode beyond `safe` can show. */
const MODES: Partial<Record<FaultName, Mode>> = {
  'unknown-method-runs': 'writes',
  'keys-from-jku': 'full',
  'create-unguarded': 'writes',
  'update-unguarded': 'writes',
  'content-before-guard': 'writes',
}

const running: Target[] = []

afterAll(async () => {
  for (const target of running) await target.close()
})

async function start(...faults: FaultName[]): Promise<Target> {
  const target = await startTarget(...faults)
  running.push(target)
  return target
}

test.each(['safe', 'full'] as const)(
  'the target without faults has no finding that counts in the mode %s',
  async (mode) => {
    const target = await start()
    const { report, asBefore } = await auditTarget(target, { personas: Object.values(target.personas), config: await configOf(target), checks, mode })
    expect([countingIn(report), report.incomplete, asBefore]).toEqual([[], undefined, true])
  },
  120_000,
)

test.each(Object.entries(FOUND))(
  'the fault %s is found by %s',
  async (fault, id) => {
    const target = await start(fault as FaultName)
    const { report } = await auditTarget(target, {
      personas: Object.values(target.personas),
      config: await configOf(target),
      checks: checks.filter(({ rule }) => rule.id === id),
      mode: MODES[fault as FaultName] ?? 'safe',
    })
    // The preflight has a finding of its own for whoever lets anybody in.
    const found = countingIn(report).filter((line) => !line.startsWith('AUTH-ANYTOKEN'))
    expect([...new Set(found.map((line) => line.split(' ')[0]))]).toEqual([id])
  },
  60_000,
)

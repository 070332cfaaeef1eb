import type { ProbeCheck } from '../../check.ts'
import type { Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { answered, notTested, PASSED, seen } from '../asked.ts'
import { fieldsWith, footingOf, guardsOf, isVerdict, sendBare, withFields, type Way } from '../attack.ts'
import { ruleOf } from '../rules.ts'
import { challengeFor } from './refusals.ts'

/** What may stand in `error` (RFC 6750 section 3.1, RFC 9470 section 3, RFC 9449 section 12.2, RFC 9396 section 5). */
const REGISTERED: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_token',
  'insufficient_scope',
  'insufficient_user_authentication',
  'invalid_dpop_proof',
  'use_dpop_nonce',
  'insufficient_authorization_details',
])

/** Compares what the challenge says to a bad token and to none. */
export const chalBearerError: ProbeCheck = {
  kind: 'probe',
  rule: ruleOf('CHAL-BEARER-ERROR'),
  mode: 'safe',
  plan: (planning) =>
    guardsOf(planning)
      .filter(({ persona }) => persona.principal?.scheme === 'Bearer')
      .map((way) => ({
        key: `${way.operation.key} ${way.persona.name}`,
        operation: way.operation,
        persona: way.persona.name,
        sends: [`${way.operation.key} with a bad token`],
        risk: 16,
        try: async (run) => sendBad(way, run),
      })),
}

async function sendBad(way: Way, run: Run): Promise<Verdict> {
  const footing = await footingOf(way, run)
  if (isVerdict(footing)) return footing
  const cell = run.cell(way.operation, run.nobody)
  const anonymous = cell && answered(cell)
  const observed = await sendBare(withFields(footing.request, ...fieldsWith(footing.credentials, run.marker('bad token'))), way.operation, run)
  const { response } = observed.exchange
  if (observed.class !== 'denied-auth' || response === undefined) return notTested('bad tokens are not answered with 401 here')
  const toNobody = anonymous === undefined ? undefined : challengeFor(anonymous.response, 'Bearer')?.params['error']
  const challenge = challengeFor(response, 'Bearer')
  if (challenge === undefined) return notTested('there is no Bearer challenge')
  const { error } = challenge.params
  const wrong = wrongWith(error, toNobody)
  if (wrong === undefined) return PASSED
  return {
    level: 'strong',
    message: `${way.operation.key}: ${wrong}`,
    expected: '`error="invalid_token"` for a bad token, and none for no token',
    observed: `${seen(observed)}, \`error\` ${error === undefined ? 'is missing' : `is \`${error}\``}`,
    evidence: [...(anonymous === undefined ? [] : [anonymous.observed.exchange]), observed.exchange],
    cause: wrong,
  }
}

function wrongWith(error: string | undefined, toNobody: string | undefined): string | undefined {
  if (toNobody !== undefined) return 'the challenge has an `error` although no token came'
  if (error === undefined) return 'the challenge has no `error` for a bad token'
  return REGISTERED.has(error) ? undefined : 'the challenge has an `error` that is not registered'
}

import type { ProbeCheck } from '../../check.ts'
import type { Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { inconclusive, notTested, PASSED, seen } from '../asked.ts'
import { fieldsWith, footingOf, guardsOf, isVerdict, sendBare, whyMeaningless, withFields, type Way } from '../attack.ts'
import { ruleOf } from '../rules.ts'
import { encoded, partsOf } from './jws.ts'

/** Sends a good token, and then another content with its signature: together they show a memory that looks at a part only. */
export const tokCache: ProbeCheck = {
  kind: 'probe',
  rule: ruleOf('TOK-CACHE'),
  mode: 'safe',
  plan: (planning) =>
    guardsOf(planning)
      .filter(({ persona }) => persona.principal?.scheme === 'Bearer')
      .map((way) => ({
        key: `${way.operation.key} ${way.persona.name}`,
        operation: way.operation,
        persona: way.persona.name,
        sends: [`${way.operation.key} with the good token, then with other claims and its signature`],
        risk: 70,
        try: async (run) => oneAfterTheOther(way, run),
      })),
}

async function oneAfterTheOther(way: Way, run: Run): Promise<Verdict> {
  const footing = await footingOf(way, run)
  if (isVerdict(footing)) return footing
  const parts = partsOf(footing.credentials.value)
  if (parts === undefined || footing.credentials.kind !== 'bearer') return notTested('the token is no signed JWT')
  const { header, claims, raw } = parts
  const withToken = (token: string) => withFields(footing.request, ...fieldsWith(footing.credentials, token))
  // A signature that was never seen: whoever accepts that verifies none at all, which is another finding.
  const unseen = `${encoded(header)}.${encoded({ ...claims, jti: run.marker('unseen') })}.${run.marker('one')}${run.marker('two')}`
  const control = await sendBare(withToken(unseen), way.operation, run)
  if (control.class === 'granted') return notTested('signatures are not verified at all, which is a finding of its own')
  const good = await sendBare(withToken(footing.credentials.value), way.operation, run)
  if (good.class !== 'granted') return inconclusive('the good token was refused in the same moment')
  const changed = `${raw[0]}.${encoded({ ...claims, jti: run.marker('cached') })}.${raw[2]}`
  const observed = await sendBare(withToken(changed), way.operation, run)
  if (observed.class !== 'granted') return PASSED
  const meaningless = await whyMeaningless(way.operation, run)
  if (meaningless !== undefined) return notTested(meaningless)
  return {
    level: 'strong',
    message: `${way.operation.key} takes other claims for those that it saw with the same signature`,
    expected: '401',
    observed: seen(observed),
    evidence: [control.exchange, good.exchange, observed.exchange],
  }
}

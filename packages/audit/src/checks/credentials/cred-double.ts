import type { ProbeCheck } from '../../check.ts'
import type { Persona } from '../../persona.ts'
import type { Planning, Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { inconclusive, isNobody, notTested, PASSED, seen } from '../asked.ts'
import { footingOf, guardsOf, isVerdict, sendBare, whyMeaningless, withFields, type Way } from '../attack.ts'
import { ruleOf } from '../rules.ts'

/** Sends the credentials of two callers, of whom only the second may. */
export const credDouble: ProbeCheck = {
  kind: 'probe',
  rule: ruleOf('CRED-DOUBLE'),
  mode: 'safe',
  plan: (planning) =>
    guardsOf(planning).flatMap((way) =>
      strangersTo(way, planning)
        .slice(0, 1)
        .map((stranger) => ({
          key: `${way.operation.key} ${stranger.name} ${way.persona.name}`,
          operation: way.operation,
          persona: stranger.name,
          sends: [`${way.operation.key} with the credentials of ${stranger.name} and then those of ${way.persona.name}`],
          risk: 60,
          try: async (run) => tryBoth(way, stranger, run),
        })),
    ),
}

/** Others with the same kind of credentials who may not. */
function strangersTo({ operation, persona }: Way, planning: Planning): readonly Persona[] {
  return planning.personas.filter(
    (one) =>
      !isNobody(one) &&
      one.state === undefined &&
      one.principal?.scheme === persona.principal?.scheme &&
      ['denied-authz', 'hidden'].includes(planning.expect(operation, one, 'foreign').class),
  )
}

async function tryBoth(way: Way, stranger: Persona, run: Run): Promise<Verdict> {
  const footing = await footingOf(way, run)
  if (isVerdict(footing)) return footing
  const other = await stranger.credentials()
  const { request, credentials, granted } = footing
  if (other === undefined || credentials.kind === 'dpop' || other.fields.length === 0)
    return notTested('there are no two credentials that fit into one request')
  const alone = await sendBare(withFields(request, ...other.fields), way.operation, run)
  if (alone.class === 'granted') return inconclusive(`${stranger.name} alone is let in, so it cannot be told whose credentials count`)
  const observed = await sendBare(withFields(request, ...other.fields, ...credentials.fields), way.operation, run)
  if (observed.class !== 'granted') return PASSED
  const meaningless = await whyMeaningless(way.operation, run)
  if (meaningless !== undefined) return notTested(meaningless)
  return {
    level: 'strong',
    message: `${way.operation.key}: of the credentials of ${stranger.name} and ${way.persona.name} in one request those that come second count`,
    expected: '400',
    observed: seen(observed),
    evidence: [granted.observed.exchange, alone.exchange, observed.exchange],
    cause: 'the second counts',
  }
}

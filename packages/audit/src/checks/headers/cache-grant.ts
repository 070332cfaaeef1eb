import { randomUUID } from 'node:crypto'
import type { ProbeCheck } from '../../check.ts'
import type { Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { notTested, PASSED, seen } from '../asked.ts'
import { footingOf, isVerdict, sendBare, waysIn, withQuery, type Way } from '../attack.ts'
import { likeness } from '../nobody/likeness.ts'
import { ruleOf } from '../rules.ts'

/** Asks twice as somebody who may, and then as nobody. */
export const cacheGrant: ProbeCheck = {
  kind: 'probe',
  rule: ruleOf('CACHE-GRANT'),
  mode: 'safe',
  plan: (planning) =>
    waysIn(planning).map((way) => ({
      key: `${way.operation.key} ${way.persona.name}`,
      operation: way.operation,
      persona: planning.nobody.name,
      sends: [`${way.operation.key} twice as ${way.persona.name} and then without credentials, with a query of its own`],
      risk: 76,
      try: async (run) => fill(way, run),
    })),
}

async function fill({ operation, persona }: Way, run: Run): Promise<Verdict> {
  const footing = await footingOf({ operation, persona }, run)
  if (isVerdict(footing)) return footing
  // Nobody else asks with this query, so nobody else gets what is kept under it; nor does this run a second time.
  const request = withQuery(footing.request, ['countersign', randomUUID()])
  const before = await sendBare(request, operation, run)
  if (before.class === 'granted') return notTested('it answers without credentials before anybody else has asked, which is a finding of its own')
  await run.send(request, persona)
  const entitled = await run.send(request, persona)
  const observed = await sendBare(request, operation, run)
  const { response } = observed.exchange
  if (observed.class !== 'granted' || response === undefined || entitled.response === undefined) return PASSED
  return {
    level: likeness(response, entitled.response) === 'same' ? 'proven' : 'strong',
    message: `${operation.key} answers to nobody with what ${persona.name} got just before`,
    expected: seen(before),
    observed: seen(observed),
    evidence: [before.exchange, entitled, observed.exchange],
  }
}

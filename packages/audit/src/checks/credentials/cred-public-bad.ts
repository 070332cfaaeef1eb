import type { ProbeCheck } from '../../check.ts'
import type { AuditOperation } from '../../operation.ts'
import type { Planning, Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { notTested, PASSED, seen } from '../asked.ts'
import { sendBare, withFields } from '../attack.ts'
import { ruleOf } from '../rules.ts'

/** How many public operations are asked. */
const MOST = 10

/** Sends a bad token to public operations, and looks whether they agree about it. */
export const credPublicBad: ProbeCheck = {
  kind: 'probe',
  rule: ruleOf('CRED-PUBLIC-BAD'),
  mode: 'safe',
  plan: (planning) => {
    const open = publicReads(planning)
    if (open.length < 2) return []
    const sends = open.map(({ key }) => `${key} with a bad token`)
    return [{ key: 'public operations', persona: planning.nobody.name, sends, risk: 5, try: async (run) => compare(open, run) }]
  },
}

function publicReads(planning: Planning): readonly AuditOperation[] {
  const open = planning.operations.filter(({ method, requirement }) => method === 'GET' && (requirement.type === 'open' || requirement.type === 'anyone'))
  return open.filter(({ neverTouch }) => neverTouch === undefined).slice(0, MOST)
}

async function compare(open: readonly AuditOperation[], run: Run): Promise<Verdict> {
  const answers = []
  for (const operation of open) {
    const built = run.build(operation, run.nobody)
    if (built.request === undefined || run.cell(operation, run.nobody)?.observed?.class !== 'granted') continue
    answers.push({ operation, observed: await sendBare(withFields(built.request, ['Authorization', `Bearer ${run.marker('bad')}`]), operation, run) })
  }
  const ignoring = answers.find(({ observed }) => observed.class === 'granted')
  const refusing = answers.find(({ observed }) => observed.class === 'denied-auth' || observed.class === 'denied-authz')
  if (answers.length < 2) return notTested('fewer than two public operations were seen to answer')
  if (ignoring === undefined || refusing === undefined) return PASSED
  return {
    level: 'strong',
    message: `a bad token is ignored by ${ignoring.operation.key} and refused by ${refusing.operation.key}, which are both public`,
    expected: seen(ignoring.observed),
    observed: seen(refusing.observed),
    evidence: [ignoring.observed.exchange, refusing.observed.exchange],
  }
}

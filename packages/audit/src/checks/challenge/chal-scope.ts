import type { CellCheck } from '../../check.ts'
import { answered, PASSED, seen } from '../asked.ts'
import { ruleOf } from '../rules.ts'
import { challengeFor } from './refusals.ts'

/** Finds 403 for a missing scope that does not say which one. */
export const chalScope: CellCheck = {
  kind: 'cell',
  rule: ruleOf('CHAL-SCOPE'),
  judge: (cell) => {
    const asked = answered(cell)
    const { expected, persona } = cell
    if (asked === undefined || persona.state !== undefined || expected.decision.outcome !== 'forbid' || expected.decision.reason !== 'scope-missing')
      return undefined
    if (asked.observed.class !== 'denied-authz' || persona.principal?.scheme !== 'Bearer') return undefined
    const { remedy } = expected.decision
    const needed = remedy.action === 'request-scope' ? remedy.scope : []
    const challenge = challengeFor(asked.response, 'Bearer')
    const named = (challenge?.params['scope'] ?? '').split(' ').filter((scope) => scope !== '')
    const wrong = wrongWith({ error: challenge?.params['error'], present: challenge !== undefined, named, needed })
    if (wrong === undefined) return PASSED
    return {
      level: 'strong',
      message: `${asked.operation.key} refuses ${persona.name} for want of a scope: ${wrong}`,
      expected: `403 with \`Bearer error="insufficient_scope", scope="${needed.join(' ')}"\``,
      observed: seen(asked.observed),
      evidence: [asked.observed.exchange],
      cause: wrong,
    }
  },
}

interface Said {
  readonly present: boolean
  readonly error: string | undefined
  readonly named: readonly string[]
  readonly needed: readonly string[]
}

function wrongWith({ present, error, named, needed }: Said): string | undefined {
  if (!present) return 'there is no challenge'
  if (error !== 'insufficient_scope') return 'the challenge does not say `error="insufficient_scope"`'
  if (named.length === 0) return 'the challenge names no scope'
  return needed.every((scope) => named.includes(scope)) ? undefined : 'the scope that it names would not help'
}

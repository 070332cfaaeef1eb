import type { Cell } from '../../check.ts'
import type { Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { statusOf } from '../answers.ts'

/** What a check of functions looks for: whom it takes, and what it says. */
export interface Wanted {
  /** Whether the reason of the expected refusal is one that the check is about. */
  readonly reasons: readonly string[]
  readonly message: (cell: Cell) => string
}

/** Judges a cell whose persona should be refused for one of the reasons; nothing for others. */
export function judgeDenied(cell: Cell, run: Run, { reasons, message }: Wanted): Verdict | undefined {
  const { operation, persona, relation, expected, observed } = cell
  const { decision } = expected
  if (persona.principal === undefined || persona.state !== undefined || relation === 'foreign' || observed === undefined) return undefined
  if (decision.outcome === 'allow' || !reasons.includes(decision.reason)) return undefined
  if (observed.class === 'invalid' || observed.class === 'limited' || observed.class === 'broken' || observed.class === 'unknown')
    return { level: 'inconclusive', why: `the answer is \`${observed.class}\`, neither a refusal nor what was asked for` }
  if (observed.class !== 'granted') return { level: 'passed' }
  // What everybody gets is another finding.
  if (run.cell(operation, run.nobody)?.observed?.class === 'granted') return { level: 'passed' }
  return {
    level: expected.source === 'assumed' ? 'suspected' : 'strong',
    message: message(cell),
    expected: expected.class === 'hidden' ? '404' : '403',
    observed: statusOf(observed.exchange),
    evidence: [observed.exchange],
    cause: operation.key,
  }
}

/** What a persona lacks, in words. */
export function lacking({ expected: { decision } }: Pick<Cell, 'expected'>): string {
  if (decision.outcome === 'allow') return 'nothing'
  return decision.remedy.action === 'request-scope' ? `the scope ${decision.remedy.scope.join(' ')}` : 'the role that is asked for'
}

import type { CellCheck, ProbeCheck } from '../../check.ts'
import { judgeDenied } from './denied-cells.ts'
import { deniedWrites } from './denied-writes.ts'
import { ruleOf } from '../rules.ts'

const rule = ruleOf('BFLA-ROLE')

/** Refusals for what somebody is; those of facts are about objects. */
const REASONS = ['role-missing', 'not-visible', 'policy-denied']

/** What reads is in the matrix. */
export const bflaRole: CellCheck = {
  kind: 'cell',
  rule,
  judge: (cell, run) =>
    judgeDenied(cell, run, { reasons: REASONS, message: ({ persona, operation }) => `${persona.name} lacks the role for ${operation.key}, and is let in` }),
}

/** What changes something. */
export const bflaRoleWrites: ProbeCheck = {
  kind: 'probe',
  rule,
  mode: 'writes',
  plan: (planning) => deniedWrites(planning, REASONS, ({ persona, operation }) => `${persona.name} lacks the role for ${operation.key}, and it was done`),
}

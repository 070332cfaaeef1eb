import type { CellCheck, ProbeCheck } from '../../check.ts'
import type { Rule } from '../../rule.ts'
import { judgeDenied } from './denied-cells.ts'
import { deniedWrites } from './denied-writes.ts'

const rule: Rule = {
  id: 'BFLA-ROLE',
  title: 'lets in who lacks the role',
  severity: 'high',
  cwe: [862],
  owasp: ['API5'],
  why: 'Somebody without the role uses what is meant for others: reports, administration, the data of all.',
  fix: 'Put the role before the handler, where every route of its kind passes, and let a test hold the whole matrix of roles and routes.',
  reference: 'RFC 9110 section 15.5.4',
}

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

import type { CellCheck, ProbeCheck } from '../../check.ts'
import type { Rule } from '../../rule.ts'
import { judgeDenied, lacking } from './denied-cells.ts'
import { deniedWrites } from './denied-writes.ts'

const rule: Rule = {
  id: 'BFLA-SCOPE',
  title: 'lets in a token without the scope',
  severity: 'high',
  cwe: [863],
  owasp: ['API5'],
  why: 'A scope is what a user has allowed an application to do. Here the application does more than it was allowed.',
  fix: 'Compare the scopes of the token with those of the operation, word by word, before the handler runs.',
  reference: 'RFC 6750 section 3.1',
}

const REASONS = ['scope-missing', 'authorization-details-missing']

/** What reads is in the matrix. */
export const bflaScope: CellCheck = {
  kind: 'cell',
  rule,
  judge: (cell, run) =>
    judgeDenied(cell, run, {
      reasons: REASONS,
      message: (one) => `the token of ${one.persona.name} lacks ${lacking(one)}, and ${one.operation.key} lets it in`,
    }),
}

/** What changes something. */
export const bflaScopeWrites: ProbeCheck = {
  kind: 'probe',
  rule,
  mode: 'writes',
  plan: (planning) =>
    deniedWrites(planning, REASONS, ({ persona, operation }) => `the token of ${persona.name} lacks a scope of ${operation.key}, and it was done`),
}

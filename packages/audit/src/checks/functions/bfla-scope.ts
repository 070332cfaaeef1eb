import type { CellCheck, ProbeCheck } from '../../check.ts'
import { judgeDenied, lacking } from './denied-cells.ts'
import { deniedWrites } from './denied-writes.ts'
import { ruleOf } from '../rules.ts'

const rule = ruleOf('BFLA-SCOPE')

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

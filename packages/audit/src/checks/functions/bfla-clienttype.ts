import type { CellCheck, ProbeCheck } from '../../check.ts'
import { judgeDenied } from './denied-cells.ts'
import { deniedWrites } from './denied-writes.ts'
import { ruleOf } from '../rules.ts'

const rule = ruleOf('BFLA-CLIENTTYPE')

const REASONS = ['user-required', 'scheme-not-accepted']

/** What reads is in the matrix. */
export const bflaClienttype: CellCheck = {
  kind: 'cell',
  rule,
  judge: (cell, run) =>
    judgeDenied(cell, run, {
      reasons: REASONS,
      message: ({ persona, operation }) => `${operation.key} lets in ${persona.name}, whose credentials are of a kind that is not meant for it`,
    }),
}

/** What changes something. */
export const bflaClienttypeWrites: ProbeCheck = {
  kind: 'probe',
  rule,
  mode: 'writes',
  plan: (planning) =>
    deniedWrites(
      planning,
      REASONS,
      ({ persona, operation }) => `${operation.key} was done for ${persona.name}, whose credentials are of a kind that is not meant for it`,
    ),
}

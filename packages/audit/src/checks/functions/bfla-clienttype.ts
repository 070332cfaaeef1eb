import type { CellCheck, ProbeCheck } from '../../check.ts'
import type { Rule } from '../../rule.ts'
import { judgeDenied } from './denied-cells.ts'
import { deniedWrites } from './denied-writes.ts'

const rule: Rule = {
  id: 'BFLA-CLIENTTYPE',
  title: 'takes one kind of caller for another',
  severity: 'medium',
  cwe: [863],
  owasp: ['API5'],
  why: 'A route for people lets a machine in, or one for partners a customer: credentials of a kind that nobody meant to be good there.',
  fix: 'Name the schemes and the kind of caller on each route, and refuse the others there.',
}

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

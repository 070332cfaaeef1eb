import type { CellCheck } from '../../check.ts'
import { resourceIn } from '../../objects/ownership.ts'
import { judgeForeign } from './bola-read.ts'
import { ruleOf } from '../rules.ts'

export const bolaSubjectPath: CellCheck = {
  kind: 'cell',
  rule: ruleOf('BOLA-SUBJECT-PATH'),
  judge: (cell, run) => (resourceIn(run.objects.resources, cell.operation)?.subject === undefined ? undefined : judgeForeign(cell, run)),
}

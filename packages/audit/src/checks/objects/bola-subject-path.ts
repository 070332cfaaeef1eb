import type { CellCheck } from '../../check.ts'
import { resourceIn } from '../../objects/ownership.ts'
import { judgeForeign } from './bola-read.ts'

export const bolaSubjectPath: CellCheck = {
  kind: 'cell',
  rule: {
    id: 'BOLA-SUBJECT-PATH',
    title: 'shows what stands under the name of somebody else',
    severity: 'high',
    cwe: [639],
    owasp: ['API1'],
    why: 'The path names a user, and the API believes it. Names and numbers of users are easy to come by.',
    fix: 'Compare the user in the path with the caller before anything is loaded, or take the user from the credentials and leave it out of the path.',
  },
  judge: (cell, run) => (resourceIn(run.objects.resources, cell.operation)?.subject === undefined ? undefined : judgeForeign(cell, run)),
}

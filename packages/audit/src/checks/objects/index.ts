import type { Check } from '../../check.ts'
import { bolaBody } from './bola-body.ts'
import { bolaChild } from './bola-child.ts'
import { bolaCreateFor } from './bola-create-for.ts'
import { bolaDelete } from './bola-delete.ts'
import { bolaHeader } from './bola-header.ts'
import { bolaIndirect } from './bola-indirect.ts'
import { bolaList } from './bola-list.ts'
import { bolaQuery } from './bola-query.ts'
import { bolaRead } from './bola-read.ts'
import { bolaStale } from './bola-stale.ts'
import { bolaSubjectPath } from './bola-subject-path.ts'
import { bolaTakeover } from './bola-takeover.ts'
import { bolaTenant } from './bola-tenant.ts'
import { bolaVerbGap } from './bola-verb-gap.ts'
import { bolaWrite } from './bola-write.ts'
import { existCode } from './exist-code.ts'
import { existCreate } from './exist-create.ts'
import { existNobody } from './exist-nobody.ts'
import { propRead } from './prop-read.ts'
import { propWrite } from './prop-write.ts'

/** Section 6.8: objects and their members. */
export const objectChecks: readonly Check[] = [
  bolaRead,
  bolaWrite,
  bolaDelete,
  bolaTakeover,
  bolaVerbGap,
  bolaChild,
  bolaQuery,
  bolaBody,
  bolaHeader,
  bolaList,
  bolaCreateFor,
  bolaSubjectPath,
  bolaTenant,
  bolaStale,
  bolaIndirect,
  propRead,
  propWrite,
  existCode,
  existNobody,
  existCreate,
]

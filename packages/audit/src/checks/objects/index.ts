import type { Check } from '../../check.ts'
import { bolaDelete } from './bola-delete.ts'
import { bolaList } from './bola-list.ts'
import { bolaRead } from './bola-read.ts'
import { bolaSubjectPath } from './bola-subject-path.ts'
import { bolaTakeover } from './bola-takeover.ts'
import { bolaVerbGap } from './bola-verb-gap.ts'
import { bolaWrite } from './bola-write.ts'

/** Section 6.8: objects and their members. */
export const objectChecks: readonly Check[] = [bolaRead, bolaSubjectPath, bolaList, bolaWrite, bolaDelete, bolaTakeover, bolaVerbGap]

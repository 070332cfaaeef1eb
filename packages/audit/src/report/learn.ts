import type { AnswerClass } from '../observation.ts'
import { decisionOf, type ExpectedAnswer, type ExpectedCell, type ExpectedMatrix, type ExpectedRow } from '../expect/policy.ts'
import { statusOfDecision } from '../findings/rows.ts'
import type { Report, ReportRow } from './report.ts'

/** What a class of answers is as the outcome of a policy; the others are no decision about the caller. */
const OUTCOMES: Readonly<Partial<Record<AnswerClass, string>>> = { granted: 'allow', 'denied-auth': 'challenge', 'denied-authz': 'forbid', hidden: 'conceal' }

/** The answer that an observed class stands for. */
function answerOf(observed: AnswerClass): ExpectedAnswer | undefined {
  const outcome = OUTCOMES[observed]
  const decision = outcome === undefined ? undefined : decisionOf({ outcome }, [])
  return outcome === undefined || decision === undefined ? undefined : { status: statusOfDecision(decision), outcome }
}

/** What was observed as a policy: a person reads it, corrects it, and later runs expect it. */
export function learnedMatrix({ rows, personas }: Pick<Report, 'rows' | 'personas'>): ExpectedMatrix {
  return { personas: personas.filter(({ usable }) => usable).map(({ name }) => name), rows: rows.map(learnedRow) }
}

function learnedRow({ operation, requirement, declared, place, cells }: ReportRow): ExpectedRow {
  const [method = '', template = ''] = operation.split(' ', 2)
  const found: Record<string, ExpectedCell> = {}
  for (const name of new Set(cells.map(({ persona }) => persona))) {
    const seen = (foreign: boolean): ExpectedAnswer | undefined => {
      const cell = cells.find(({ persona, relation }) => persona === name && (relation === 'foreign') === foreign)
      return cell?.observed && answerOf(cell.observed.class)
    }
    const [own, other] = [seen(false), seen(true)]
    const cell = own ?? other
    if (cell !== undefined) found[name] = { ...cell, ...(own === undefined || other === undefined || own.status === other.status ? {} : { other }) }
  }
  return { operation, method, template, requirement, declared, source: `${place.file}:${place.line}:${place.column}`, cells: found }
}

/** Reads a policy as JSON: what was learnt, or what `countersign matrix --json` prints. Throws a `TypeError` that says what is wrong. */
export function readMatrix(text: string): ExpectedMatrix {
  const value: unknown = JSON.parse(text)
  if (!isRecord(value) || !Array.isArray(value['personas']) || !Array.isArray(value['rows'])) throw new TypeError('it has no `personas` and `rows`')
  for (const row of value['rows'] as readonly unknown[])
    if (!isRecord(row) || typeof row['method'] !== 'string' || typeof row['template'] !== 'string' || !isCells(row['cells']))
      throw new TypeError('a row of it has no `method`, `template` and `cells` with a `status` and an `outcome` each')
  // Its shape was looked at, member by member.
  return value as unknown as ExpectedMatrix
}

function isCells(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((cell) => isAnswer(cell) && (cell['other'] === undefined || isAnswer(cell['other'])))
}

function isAnswer(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && typeof value['status'] === 'number' && typeof value['outcome'] === 'string'
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

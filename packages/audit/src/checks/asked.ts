import type { Cell } from '../check.ts'
import { fieldValues, type AuditResponse } from '../exchange.ts'
import { isNamed } from '../never-touch.ts'
import type { Observation } from '../observation.ts'
import type { AuditOperation } from '../operation.ts'
import type { Persona } from '../persona.ts'
import type { Planning, Run } from '../run.ts'
import type { Level, Verdict } from '../verdict.ts'

/** A cell that was asked. */
export type Asked = Cell & { readonly observed: Observation }

/** The same, with a response. */
export type Answered = Asked & { readonly response: AuditResponse }

/** A cell with its response; nothing if none came. */
export function answered(cell: Cell): Answered | undefined {
  const { observed } = cell
  return observed?.exchange.response === undefined ? undefined : { ...cell, observed, response: observed.exchange.response }
}

export function isNobody({ principal }: Pick<Persona, 'principal'>): boolean {
  return principal === undefined
}

/** Whether the configuration says that everybody may call it. */
export function isPublic({ method, path, id }: AuditOperation, { config }: Pick<Planning, 'config'>): boolean {
  return isNamed(config.public, { method, path, ...(id === undefined ? {} : { id }) })
}

/** A cell in which nobody asked for something that needs credentials. */
export function askedByNobody(cell: Cell, run: Planning): Asked | undefined {
  const { observed, persona, expected, operation } = cell
  if (observed === undefined || !isNobody(persona) || expected.class !== 'denied-auth' || isPublic(operation, run)) return undefined
  return { ...cell, observed }
}

/** A cell in which a known caller asked for what they may not have. */
export function askedInVain(cell: Cell): Asked | undefined {
  const { observed, persona, expected } = cell
  // Whether a locked account is let in is another question.
  if (observed === undefined || isNobody(persona) || persona.state !== undefined) return undefined
  return expected.class === 'denied-authz' || expected.class === 'hidden' ? { ...cell, observed } : undefined
}

/** The answer to somebody who may, and was let in; to the one whose object it is, if there is one. */
export function entitledTo(operation: AuditOperation, run: Run): Answered | undefined {
  const may = run.cells.filter((cell) => cell.operation.key === operation.key && cell.expected.class === 'granted' && !isNobody(cell.persona))
  const granted = may
    .filter(({ observed }) => observed?.class === 'granted')
    .map(answered)
    .filter((cell) => cell !== undefined)
  return granted.find(({ relation }) => relation === 'own') ?? granted[0]
}

/** A deviation from what is written is sure; one from what is usual is not. */
export function levelOf({ expected }: Pick<Cell, 'expected'>): Level {
  return expected.source === 'declared' ? 'strong' : 'suspected'
}

/** `403 application/problem+json`, or what came instead of an answer. */
export function seen({ exchange }: Observation): string {
  const { response } = exchange
  if (response === undefined) return `no answer: ${exchange.failure}`
  const [type = ''] = fieldValues(response, 'content-type')
  const kind = type.split(';', 1)[0]?.trim() ?? ''
  return kind === '' ? String(response.status) : `${response.status} ${kind}`
}

/** The value of one field, its lines together; empty if there is none. */
export function fieldOf(response: AuditResponse, name: string): string {
  return fieldValues(response, name).join(', ')
}

export const PASSED: Verdict = { level: 'passed' }

export function inconclusive(why: string): Verdict {
  return { level: 'inconclusive', why }
}

export function notTested(why: string): Verdict {
  return { level: 'not-tested', why }
}

export const NO_BASELINE = 'nobody who may was seen to be let in, so a refusal cannot be told from a failure'

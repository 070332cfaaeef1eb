import { describe } from '@countersign/core'
import type { AuditRequest } from '../exchange.ts'
import type { Observation } from '../observation.ts'
import type { AuditOperation } from '../operation.ts'
import type { Credentials, Persona } from '../persona.ts'
import { PersonaError } from '../persona.ts'
import type { Planning, Run } from '../run.ts'
import type { Verdict } from '../verdict.ts'
import { answered, inconclusive, isNobody, isPublic, notTested, type Answered } from './asked.ts'

/** Reading operations that ask for credentials. */
export function protectedReads(planning: Planning): readonly AuditOperation[] {
  return planning.operations.filter(
    (operation) =>
      operation.method === 'GET' &&
      operation.neverTouch === undefined &&
      !isPublic(operation, planning) &&
      planning.expect(operation, planning.nobody).class !== 'granted',
  )
}

/** Those who may call an operation, as the rules say. */
export function entitledBy(planning: Planning, operation: AuditOperation): readonly Persona[] {
  return planning.personas.filter(
    (persona) => !isNobody(persona) && persona.state === undefined && planning.expect(operation, persona, 'own').class === 'granted',
  )
}

/** A persona and an operation that it may read. */
export interface Way {
  readonly operation: AuditOperation
  readonly persona: Persona
}

/** Every protected reading operation with one who may read it. */
export function waysIn(planning: Planning): readonly Way[] {
  return protectedReads(planning).flatMap((operation) =>
    entitledBy(planning, operation)
      .slice(0, 1)
      .map((persona) => ({ operation, persona })),
  )
}

/** One way in for each guard: operations that ask for the same are guarded by the same code, most likely. */
export function guardsOf(planning: Planning): readonly Way[] {
  const seen = new Set<string>()
  return waysIn(planning).filter(({ operation, persona }) => {
    const guard = `${persona.principal?.scheme} ${describe(operation.requirement)}`
    return !seen.has(guard) && seen.add(guard)
  })
}

/** The good credentials of a way, with the request that they were let in with, seen before. */
export interface Footing extends Way {
  readonly request: AuditRequest
  readonly credentials: Credentials
  readonly granted: Answered
}

/** What an attack starts from; a verdict if there is nothing to start from. */
export async function footingOf({ operation, persona }: Way, run: Run): Promise<Footing | Verdict> {
  const cell = run.cell(operation, persona)
  const granted = cell?.expected.class === 'granted' && cell.observed?.class === 'granted' ? answered(cell) : undefined
  if (granted === undefined) return inconclusive(`the good credentials of ${persona.name} were not seen to be let in`)
  const built = run.build(operation, persona)
  if (built.request === undefined) return notTested(built.missing)
  try {
    const credentials = await persona.credentials()
    return credentials === undefined ? notTested(`${persona.name} has no credentials`) : { operation, persona, request: built.request, credentials, granted }
  } catch (error) {
    if (error instanceof PersonaError) return notTested(error.message)
    throw error
  }
}

export function isVerdict(value: Footing | Verdict): value is Verdict {
  return 'level' in value
}

/** Why it means nothing that something was let in here; nothing if it means something. */
export async function whyMeaningless(operation: AuditOperation, run: Run): Promise<string | undefined> {
  if (run.cell(operation, run.nobody)?.observed?.class === 'granted') return 'it answers without any credentials, which is a finding of its own'
  return (await run.refusesNonsense(operation)) ? undefined : 'it is not known to refuse random credentials'
}

/** The fields of credentials with another secret in the place of the real one. */
export function fieldsWith({ fields, value }: Credentials, secret: string): readonly (readonly [string, string])[] {
  return fields.map(([name, text]) => [name, value !== '' && text.includes(value) ? text.replace(value, () => secret) : text])
}

/** A request with further fields. */
export function withFields(request: AuditRequest, ...fields: readonly (readonly [string, string])[]): AuditRequest {
  return { ...request, fields: [...request.fields, ...fields] }
}

/** A request with further parameters in its query. */
export function withQuery(request: AuditRequest, ...pairs: readonly (readonly [string, string])[]): AuditRequest {
  const text = pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
  return text === '' ? request : { ...request, target: `${request.target}${request.target.includes('?') ? '&' : '?'}${text}` }
}

/** Sends a request as it is, without the credentials of anybody, and says what came. */
export async function sendBare(request: AuditRequest, operation: AuditOperation, run: Run): Promise<Observation> {
  return run.observe(await run.send(request, run.nobody), operation)
}

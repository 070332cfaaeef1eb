import type { AuditOperation } from '../operation.ts'
import type { Persona } from '../persona.ts'
import { SAFE_METHODS } from '../operation.ts'
import type { Planning } from '../run.ts'
import type { Resource } from './objects.ts'

/** What the rules say about a persona and the objects of somebody else. */
export type ForeignRight =
  | { readonly granted: true }
  /** `declared` if somebody wrote it, `assumed` if objects are taken to belong to who made them. */
  | { readonly granted: false; readonly source: 'declared' | 'assumed' }
  /** Nobody wrote it, and nothing speaks for either. */
  | { readonly granted: 'unknown' }

/** Whether a persona may do something to an object of somebody else of whom it is told that it may do it to its own. */
export function foreignRight(planning: Planning, { operation, resource, persona, owner }: Question): ForeignRight {
  const { principal } = persona
  if (planning.expect(operation, persona, 'foreign').class !== 'granted') return { granted: false, source: operation.declared ? 'declared' : 'assumed' }
  if (principal === undefined) return { granted: 'unknown' }
  const reads = SAFE_METHODS.has(operation.method)
  if (reads && resource.shared) return { granted: true }
  if (persona.caretaker || has(principal.roles, resource.editors) || (reads && has(principal.roles, resource.readers))) return { granted: true }
  if (resource.told) return { granted: false, source: 'declared' }
  // Without a word from anybody, somebody with the same roles has no more rights to it than the owner has to his.
  return isPeer(persona, owner) ? { granted: false, source: 'assumed' } : { granted: 'unknown' }
}

interface Question {
  readonly operation: AuditOperation
  readonly resource: Resource
  readonly persona: Persona
  readonly owner: Persona
}

function has(roles: readonly string[], wanted: readonly string[]): boolean {
  return roles.some((role) => wanted.includes(role))
}

/** Whether two personas have the same roles. */
export function isPeer(one: Persona, other: Persona): boolean {
  return rolesOf(one) === rolesOf(other)
}

function rolesOf({ principal }: Persona): string {
  return [...(principal?.roles ?? [])].sort().join(' ')
}

/** Those who may do it to their own objects and not to the owner's: of each set of roles the first. */
export function strangers(
  planning: Planning,
  question: Omit<Question, 'persona'>,
): readonly (readonly [Persona, ForeignRight & { readonly granted: false }])[] {
  const found = new Map<string, readonly [Persona, ForeignRight & { readonly granted: false }]>()
  for (const persona of planning.personas) {
    if (persona.name === question.owner.name || persona.principal === undefined || persona.state !== undefined) continue
    if (planning.expect(question.operation, persona, 'own').class !== 'granted') continue
    const right = foreignRight(planning, { ...question, persona })
    if (right.granted === false && !found.has(rolesOf(persona))) found.set(rolesOf(persona), [persona, right])
  }
  return [...found.values()]
}

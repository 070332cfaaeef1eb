import type { AuditOperation } from '../operation.ts'
import type { Persona } from '../persona.ts'
import type { Planning } from '../run.ts'
import type { Resource } from './objects.ts'
import { mayTouchAll } from './ownership.ts'

/** What the rules say about a persona and the objects of somebody else. */
export type ForeignRight =
  | { readonly granted: true }
  /** `declared` if somebody wrote it, `assumed` if objects are taken to belong to who made them. */
  | { readonly granted: false; readonly source: 'declared' | 'assumed' }
  /** Nobody wrote it, and nothing speaks for either. */
  | { readonly granted: 'unknown' }

export interface Question {
  readonly operation: AuditOperation
  readonly resource: Resource
  readonly persona: Persona
  readonly owner: Persona
}

/** Whether a persona may do to an object of somebody else what it may do to its own. */
export function foreignRight(planning: Planning, { operation, resource, persona, owner }: Question): ForeignRight {
  const expected = planning.expect(operation, persona, 'foreign')
  if (expected.class !== 'granted') return { granted: false, source: expected.source === 'assumed' ? 'assumed' : 'declared' }
  if (resource.told || mayTouchAll(resource, persona, operation)) return { granted: true }
  // Without a word from anybody, somebody with the same roles has no more rights to it than the owner to his.
  return isPeer(persona, owner) ? { granted: false, source: 'assumed' } : { granted: 'unknown' }
}

/** Whether two personas have the same roles. */
export function isPeer(one: Persona, other: Persona): boolean {
  return rolesOf(one) === rolesOf(other)
}

function rolesOf({ principal }: Persona): string {
  return [...(principal?.roles ?? [])].sort().join(' ')
}

export type Stranger = readonly [persona: Persona, right: ForeignRight & { readonly granted: false }]

/** Those who may do it to their own objects and not to the owner's: of each set of roles the first. */
export function strangers(planning: Planning, question: Omit<Question, 'persona'>): readonly Stranger[] {
  const found = new Map<string, Stranger>()
  for (const persona of planning.personas) {
    if (persona.name === question.owner.name || persona.principal === undefined || persona.state !== undefined) continue
    if (planning.expect(question.operation, persona, 'own').class !== 'granted') continue
    const right = foreignRight(planning, { ...question, persona })
    if (right.granted === false && !found.has(rolesOf(persona))) found.set(rolesOf(persona), [persona, right])
  }
  return [...found.values()]
}

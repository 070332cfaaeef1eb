import { SAFE_METHODS, type AuditOperation } from '../operation.ts'
import type { Persona } from '../persona.ts'
import type { Planning } from '../run.ts'
import type { Resource } from './objects.ts'
import { isBelow } from './templates.ts'

/** The resource whose objects stand in the path of an operation: the innermost one. */
export function resourceIn(resources: readonly Resource[], { path }: Pick<AuditOperation, 'path'>): Resource | undefined {
  const known = innermost.get(resources) ?? new Map<string, Resource | undefined>()
  innermost.set(resources, known)
  if (!known.has(path))
    known.set(path, resources.filter(({ item }) => isBelow(path, item)).sort((a, b) => b.item.split('/').length - a.item.split('/').length)[0])
  return known.get(path)
}

// Asked for every cell and by every check: hundreds of resources for each of thousands of operations. The lists never change.
const innermost = new WeakMap<readonly Resource[], Map<string, Resource | undefined>>()

/** What is expected, with what is told about owners that a requirement cannot say: who may not do it to the objects of others is refused as if they were not there. */
export function withOwnership(expect: Planning['expect'], resources: readonly Resource[]): Planning['expect'] {
  return (operation, persona, relation) => {
    const expected = expect(operation, persona, relation)
    if (relation !== 'foreign' || expected.class !== 'granted') return expected
    const resource = resourceIn(resources, operation)
    if (resource === undefined || !resource.told || mayTouchAll(resource, persona, operation)) return expected
    return {
      class: 'hidden',
      decision: { outcome: 'conceal', reason: 'not-visible', remedy: { action: 'none' }, explanation: expected.decision.explanation },
      source: 'declared',
    }
  }
}

/** Whether it is told that a persona may do this to the objects of everybody. */
export function mayTouchAll(resource: Resource, { principal, caretaker }: Persona, { method }: Pick<AuditOperation, 'method'>): boolean {
  const reads = SAFE_METHODS.has(method)
  const isOneOf = (roles: readonly string[]): boolean => principal?.roles.some((role) => roles.includes(role)) === true
  return caretaker || isOneOf(resource.editors) || (reads && (resource.shared || isOneOf(resource.readers)))
}

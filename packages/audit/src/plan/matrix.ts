import type { Objects } from '../objects/objects.ts'
import type { AuditOperation, Relation } from '../operation.ts'
import type { Persona } from '../persona.ts'
import type { Run } from '../run.ts'
import { resourceIn } from '../objects/ownership.ts'

/** A cell that is to be read: who asks for what, and whose it is. */
export interface PlannedCell {
  readonly operation: AuditOperation
  readonly persona: Persona
  readonly relation: Relation
  /** Whose object stands in the path. */
  readonly owner?: Persona
}

/** Every reading operation for every persona and relation. */
export function plannedCells({ operations, personas, objects }: Pick<Run, 'operations' | 'personas' | 'objects'>): readonly PlannedCell[] {
  return operations
    .filter(({ method }) => method === 'GET' || method === 'HEAD')
    .flatMap((operation) => personas.flatMap((persona) => cellsOf(operation, persona, { personas, objects })))
}

function cellsOf(
  operation: AuditOperation,
  persona: Persona,
  { personas, objects }: { personas: readonly Persona[]; objects: Objects },
): readonly PlannedCell[] {
  const resource = resourceIn(objects.resources, operation)
  const owners = resource === undefined ? [] : personas.filter((owner) => objects.find(resource, owner) !== undefined)
  if (owners.length === 0) return [{ operation, persona, relation: 'none' }]
  const own = owners.find(({ name }) => name === persona.name)
  const foreign = owners.find(({ name }) => name !== persona.name)
  return [
    ...(own === undefined ? [] : [{ operation, persona, relation: 'own' as const, owner: own }]),
    ...(foreign === undefined ? [] : [{ operation, persona, relation: 'foreign' as const, owner: foreign }]),
  ]
}

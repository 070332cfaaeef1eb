import type { AuditConfig } from '../config/config.ts'
import type { ManagedObjects, Objects, Resource, TargetObject } from '../objects/objects.ts'
import type { AuditOperation } from '../operation.ts'
import type { Persona } from '../persona.ts'

/** The objects that the configuration names. */
export function toldObjects({ resources: settings }: Pick<AuditConfig, 'resources'>, personas: readonly Persona[], base: string): ManagedObjects {
  const objects: TargetObject[] = []
  const resources: Resource[] = []
  for (const setting of settings) {
    const item = base + setting.item
    const resource: Resource = {
      name: item.replace(/\/\{[^/]*\}$/, ''),
      collection: item.replace(/\/\{[^/]*\}$/, ''),
      item,
      parameter: /\{([^{}]*)\}[^{}]*$/.exec(item)?.[1] ?? '',
      ownerMembers: setting.owner,
      shared: setting.shared,
    }
    resources.push(resource)
    for (const owner of personas) for (const values of setting.objects[owner.name] ?? []) objects.push({ resource, owner, values, seeded: false })
  }
  return {
    resources,
    find: (resource, owner) => objects.find((object) => object.resource.item === resource.item && object.owner.name === owner.name),
    throwAway: async () => undefined,
    readBack: async () => undefined,
    prepare: async () => [],
    cleanUp: async () => [],
  }
}

/** The resource whose objects stand in the path of an operation: the one with the longest item that the path begins with. */
export function resourceIn(objects: Pick<Objects, 'resources'>, { path }: Pick<AuditOperation, 'path'>): Resource | undefined {
  const inside = objects.resources.filter(({ item }) => path === item || path.startsWith(`${item}/`))
  return inside.sort((a, b) => b.item.length - a.item.length)[0]
}

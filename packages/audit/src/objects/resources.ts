import type { Requirement } from '@countersign/core'
import type { AuditConfig, ResourceSetting } from '../config/config.ts'
import type { AuditOperation } from '../operation.ts'
import type { Planning } from '../run.ts'
import type { Resource } from './objects.ts'
import { isBelow, parametersOf, shapeOf } from './templates.ts'

const KNOWN = new WeakMap<readonly AuditOperation[], readonly Resource[]>()

/** The kinds of objects of an API, parents before children: told from its path templates, and from what the configuration says about them. */
export function resourcesOf(planning: Pick<Planning, 'operations' | 'config'>): readonly Resource[] {
  const known = KNOWN.get(planning.operations) ?? findResources(planning)
  KNOWN.set(planning.operations, known)
  return known
}

function findResources({ operations, config }: Pick<Planning, 'operations' | 'config'>): readonly Resource[] {
  const base = new URL(config.target).pathname.replace(/\/+$/, '')
  const settings = new Map(config.resources.map((setting) => [shapeOf(base + setting.item), setting]))
  const items = new Map<string, string>()
  for (const path of [...operations.map((operation) => operation.path), ...config.resources.map(({ item }) => base + item)])
    if (/\/\{[^{}/]*\}$/.test(path) && !items.has(shapeOf(path))) items.set(shapeOf(path), path)
  const found: Resource[] = []
  // A parent has fewer segments than its children.
  for (const item of [...items.values()].sort((a, b) => a.split('/').length - b.split('/').length)) {
    const parent = found.filter((one) => isBelow(collectionOf(item), one.item)).at(-1)
    found.push(resourceOf(item, { operations, setting: settings.get(shapeOf(item)), parent }))
  }
  return found
}

interface About {
  readonly operations: readonly AuditOperation[]
  readonly setting: ResourceSetting | undefined
  readonly parent: Resource | undefined
}

function resourceOf(item: string, { operations, setting, parent }: About): Resource {
  const at = (method: string, path: string): AuditOperation | undefined =>
    operations.find((operation) => operation.method === method && shapeOf(operation.path) === shapeOf(path))
  const collection = collectionOf(item)
  const subject = ownerParameterOf(operations.filter(({ path }) => shapeOf(path) === shapeOf(item)).map(({ requirement }) => requirement))
  return {
    name: collection,
    collection,
    item,
    parameter: parametersOf(item).at(-1) ?? '',
    ...(parent === undefined ? {} : { parent }),
    ...present({
      create: at('POST', collection),
      list: at('GET', collection),
      read: at('GET', item),
      replace: at('PUT', item),
      update: at('PATCH', item),
      remove: at('DELETE', item),
    }),
    ownerMembers: setting?.owner ?? [],
    shared: setting?.shared ?? parent?.shared ?? false,
    readers: setting?.readers ?? parent?.readers ?? [],
    editors: setting?.editors ?? parent?.editors ?? [],
    told: setting !== undefined || subject !== undefined || parent?.told === true,
    ...(subject === undefined ? {} : { subject }),
  }
}

type Verbs = Pick<Resource, 'create' | 'list' | 'read' | 'replace' | 'update' | 'remove'>

function present(verbs: { readonly [V in keyof Verbs]-?: AuditOperation | undefined }): Verbs {
  return Object.fromEntries(Object.entries(verbs).filter(([, operation]) => operation !== undefined))
}

export function collectionOf(item: string): string {
  return item.replace(/\/\{[^{}/]*\}$/, '')
}

/** The path parameter that must be the subject of the caller, if a requirement has such a fact. */
function ownerParameterOf(requirements: readonly Requirement[]): string | undefined {
  return requirements.flatMap(factsOf).flatMap((name) => /^owner (.+)$/.exec(name)?.[1] ?? [])[0]
}

function factsOf(requirement: Requirement): readonly string[] {
  switch (requirement.type) {
    case 'fact':
      return [requirement.name]
    case 'all':
    case 'any':
      return requirement.of.flatMap(factsOf)
    case 'unprobeable':
      return factsOf(requirement.of)
    default:
      return []
  }
}

/** What an owner is told about a resource by the configuration. */
export function settingOf({ item }: Resource, { target, resources }: Pick<AuditConfig, 'target' | 'resources'>): ResourceSetting | undefined {
  const base = new URL(target).pathname.replace(/\/+$/, '')
  return resources.find((setting) => shapeOf(base + setting.item) === shapeOf(item))
}

import type { Exchange } from '../exchange.ts'
import type { AuditOperation } from '../operation.ts'
import type { Persona } from '../persona.ts'
import type { Run } from '../run.ts'
import { differences, elementWith, jsonOf, membersOf } from './members.ts'
import type { Look, TargetObject } from './objects.ts'
import { renamed } from './templates.ts'

/** Members that change without anybody's doing, by the resource: learnt from two readings, one after the other. */
export type Volatile = Map<string, ReadonlySet<string>>

/** How an object is read: by itself, or as an element of its list. */
export function readingOf({ resource }: TargetObject): AuditOperation | undefined {
  const touchable = (operation: AuditOperation | undefined): AuditOperation | undefined => (operation?.neverTouch === undefined ? operation : undefined)
  return touchable(resource.read) ?? touchable(resource.list)
}

/** Sends one operation about an object, as whoever. Nothing if the request cannot be built. */
export async function callOn(
  object: TargetObject,
  operation: AuditOperation,
  { run, as, body }: { run: Run; as: Persona; body?: unknown },
): Promise<Exchange | undefined> {
  const values = renamed(object.values, object.resource.item, operation.path)
  const built = run.build(operation, as, { values, ...(body === undefined ? {} : { body }) })
  return built.request === undefined ? undefined : run.send(built.request, as)
}

/** Reads an object and takes its representation apart. */
export async function lookAt(object: TargetObject, run: Run, { as, volatile }: { as: Persona; volatile: Volatile }): Promise<Look> {
  const operation = readingOf(object)
  const exchange = operation && (await callOn(object, operation, { run, as }))
  if (operation === undefined || exchange === undefined) return { state: 'unknown', members: new Map() }
  const seen = run.observe(exchange, operation).class
  if (seen === 'hidden' || seen === 'denied-authz') return { state: 'gone', exchange, members: new Map() }
  if (seen !== 'granted') return { state: 'unknown', exchange, members: new Map() }
  const whole = jsonOf(exchange)
  const value = operation === object.resource.read ? whole : elementOf(whole, object)
  if (value === undefined)
    return operation === object.resource.read ? { state: 'there', exchange, members: new Map() } : { state: 'gone', exchange, members: new Map() }
  const changing = volatile.get(object.resource.item) ?? new Set()
  const members = membersOf(value)
  for (const path of changing) members.delete(path)
  return { state: 'there', exchange, members }
}

function elementOf(list: unknown, { marker, values, resource }: TargetObject): unknown {
  return elementWith(list, JSON.stringify(values[resource.parameter] ?? '')) ?? (marker === undefined ? undefined : elementWith(list, marker))
}

/** Learns from two readings which members change by themselves. */
export async function learnVolatile(object: TargetObject, run: Run, volatile: Volatile): Promise<Look> {
  const first = await lookAt(object, run, { as: object.owner, volatile })
  if (first.state !== 'there' || volatile.has(object.resource.item)) return first
  const second = await lookAt(object, run, { as: object.owner, volatile })
  if (second.state !== 'there') return first
  volatile.set(object.resource.item, new Set(differences(first.members, second.members)))
  return lookAt(object, run, { as: object.owner, volatile })
}

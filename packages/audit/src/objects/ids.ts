import { fieldValues, type Exchange } from '../exchange.ts'
import { elementWith, isRecord, jsonOf } from './members.ts'
import type { Resource } from './objects.ts'
import { parametersOf, valuesIn } from './templates.ts'

type Values = Readonly<Record<string, string>>

/** Values of the path parameters of an object that was just made, from the answer: `Location` first, then the content. */
export function valuesOfAnswer(exchange: Exchange, resource: Resource, parents: Values): readonly Values[] {
  const [location] = exchange.response === undefined ? [] : fieldValues(exchange.response, 'location')
  const named = location === undefined ? undefined : valuesIn(location, resource.item)
  const fitting = named !== undefined && Object.entries(parents).every(([name, value]) => named[name] === undefined || named[name] === value) ? [named] : []
  return [...fitting, ...idsIn(jsonOf(exchange), resource).map((id) => ({ ...parents, [resource.parameter]: id }))]
}

/** Values of the path parameters of the object in a list in which a marker stands. */
export function valuesOfList(
  exchange: Exchange,
  { resource, parents, marker }: { readonly resource: Resource; readonly parents: Values; readonly marker: string },
): Values | undefined {
  const [id] = idsIn(elementWith(jsonOf(exchange), marker), resource)
  return id === undefined ? undefined : { ...parents, [resource.parameter]: id }
}

/** What may be the identifier of an object in its representation, the likeliest first. */
export function idsIn(value: unknown, { parameter, collection }: Resource): readonly string[] {
  if (!isRecord(value)) return []
  const singular = singularOf(collection)
  const names = [parameter, 'id', '_id', 'uuid', `${singular}Id`, `${singular}_id`, 'key', 'slug', 'name']
  const direct = names.flatMap((name) => plain(value[name]))
  // `{ "data": { "id": … } }` and `{ "order": { "id": … } }`.
  const wrapped = Object.values(value).filter(isRecord)
  const [inner] = wrapped
  return [...new Set([...direct, ...(inner !== undefined && (wrapped.length === 1 || direct.length === 0) ? names.flatMap((name) => plain(inner[name])) : [])])]
}

function plain(value: unknown): readonly string[] {
  return typeof value === 'string' && value !== '' ? [value] : typeof value === 'number' ? [String(value)] : []
}

/** `order` of `/v1/orders`. */
export function singularOf(collection: string): string {
  const last =
    collection
      .split('/')
      .filter((segment) => segment !== '' && !segment.startsWith('{'))
      .at(-1) ?? ''
  return last.replace(/ies$/, 'y').replace(/(?<!s)s$/, '')
}

/** Whether all parameters of an item have a value. */
export function isComplete(values: Values, { item }: Resource): boolean {
  return parametersOf(item).every((name) => (values[name] ?? '') !== '')
}

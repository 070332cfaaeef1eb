import type { Dispatcher } from 'undici'

type Given = Dispatcher.DispatchOptions['headers']
type Field = [name: string, value: string]

/** The fields of a request, in whichever form undici takes them. */
export function fieldsOf(given: Given): Field[] {
  if (given === undefined || given === null) return []
  if (Array.isArray(given) && given.every((one) => typeof one === 'string'))
    return given.flatMap((name, index) => (index % 2 === 0 ? [[name, given[index + 1] ?? ''] satisfies Field] : []))
  const pairs = isIterable(given) ? [...given] : Object.entries(given)
  // undici 8 has numbers among them.
  return pairs.flatMap(([name, value]) => [value ?? []].flat().map((one: string | number): Field => [name, String(one)]))
}

/** These fields as they were given, and those that differ in place of theirs; in the flat form that undici sends as it is. */
export function withFields(given: Given, wanted: Headers): string[] {
  const fields = fieldsOf(given)
  const before = new Headers(fields)
  const changed = [...wanted].filter(([name, value]) => before.get(name) !== value)
  const names = new Set(changed.map(([name]) => name))
  return [...fields.filter(([name]) => !names.has(name.toLowerCase())), ...changed].flat()
}

type Pairs = Iterable<[string, string | string[] | undefined]>

function isIterable(given: NonNullable<Given>): given is Exclude<NonNullable<Given>, string[] | Record<string, unknown>> & Pairs {
  return Symbol.iterator in given
}

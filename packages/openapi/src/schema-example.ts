import { textOf, valueAt, type Node } from './node.ts'
import { plainValue, type Budget } from './plain-value.ts'
import type { References } from './references.ts'
import { exampleNumber, exampleText } from './scalar-example.ts'

export interface Exemplifying {
  readonly references: Pick<References, 'follow'>
  readonly budget: Budget
  /** Levels that may still follow. */
  readonly depth: number
  /** The member that the value is for: an `email` looks like one. */
  readonly name?: string
}

/** Levels of an example that is made up; what is deeper is left out where it may be. */
const LEVELS = 6
const VALUES = 2000

/** A value that a schema accepts: one that is written there, or else one that is made up. */
export function exampleOf(schema: Node, references: Pick<References, 'follow'>, name?: string): unknown {
  return example(schema, { references, budget: { left: VALUES }, depth: LEVELS, ...(name === undefined ? {} : { name }) })
}

/** A value that is written in a schema as an example or the only ones that it accepts; nothing if there is none. */
export function writtenExample(schema: Node, references: Pick<References, 'follow'>): unknown {
  const found = references.follow(schema)
  return found === undefined ? undefined : written(found, { left: VALUES })
}

function written(schema: Node, budget: Budget): unknown {
  for (const member of ['example', 'const', 'default']) {
    const node = valueAt(schema, member)
    if (node !== undefined) return plainValue(node, budget)
  }
  for (const member of ['examples', 'enum']) {
    const node = valueAt(schema, member)
    const [first] = node?.kind === 'list' ? node.items() : []
    if (first !== undefined) return plainValue(first, budget)
  }
  return undefined
}

function example(node: Node, exemplifying: Exemplifying): unknown {
  exemplifying.budget.left -= 1
  const schema = exemplifying.references.follow(node)
  if (schema === undefined || exemplifying.budget.left < 0) return undefined
  const said = written(schema, exemplifying.budget)
  if (said !== undefined) return said
  const all = membersOf(schema, 'allOf')
  if (all.length > 0) return together(schema, all, exemplifying)
  const [chosen] = [...membersOf(schema, 'oneOf'), ...membersOf(schema, 'anyOf')].filter((one) => textOf(valueAt(one, 'type')) !== 'null')
  if (chosen !== undefined) {
    const value = example(chosen, deeper(exemplifying))
    return isObject(value) && valueAt(schema, 'properties') !== undefined ? { ...objectOf(schema, exemplifying), ...value } : value
  }
  return ofType(schema, exemplifying)
}

function ofType(schema: Node, exemplifying: Exemplifying): unknown {
  switch (typeOf(schema)) {
    case 'object':
      return objectOf(schema, exemplifying)
    case 'array':
      return listOf(schema, exemplifying)
    case 'integer':
    case 'number':
      return exampleNumber(schema)
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return exampleText(schema, exemplifying.name)
  }
}

/** The type, the first one of several that is not null, or what the other members speak of. */
function typeOf(schema: Node): string {
  const node = valueAt(schema, 'type')
  const types = node?.kind === 'list' ? node.items().map(textOf) : [textOf(node)]
  const type = types.find((one) => one !== undefined && one !== 'null') ?? types[0]
  if (type !== undefined) return type
  if (valueAt(schema, 'properties') !== undefined || valueAt(schema, 'additionalProperties') !== undefined) return 'object'
  return valueAt(schema, 'items') === undefined ? 'string' : 'array'
}

function objectOf(schema: Node, exemplifying: Exemplifying): Readonly<Record<string, unknown>> {
  const properties = valueAt(schema, 'properties')
  const listed = valueAt(schema, 'required')
  const required = new Set(listed?.kind === 'list' ? listed.items().map(textOf) : [])
  const found: [string, unknown][] = []
  for (const { key, value } of properties?.kind === 'map' ? properties.entries().values() : []) {
    const member = exemplifying.references.follow(value)
    // What only answers have must not be sent (OpenAPI 3.0 Schema Object, `readOnly`).
    if (member === undefined || isTrue(valueAt(member, 'readOnly')) || (exemplifying.depth <= 1 && !required.has(key))) continue
    const made = exemplifying.depth <= -LEVELS ? undefined : example(member, { ...deeper(exemplifying), name: key })
    if (made !== undefined) found.push([key, made])
  }
  return Object.fromEntries(found)
}

function listOf(schema: Node, exemplifying: Exemplifying): readonly unknown[] {
  const items = valueAt(schema, 'items')
  const least = valueAt(schema, 'minItems')
  const wanted = least?.kind === 'scalar' && typeof least.value === 'number' ? Math.min(least.value, 10) : 0
  if (items === undefined || (exemplifying.depth <= 1 && wanted === 0)) return []
  const made = example(items, deeper(exemplifying))
  return made === undefined ? [] : Array.from({ length: Math.max(1, wanted) }, () => made)
}

/** What `allOf` asks for together: the members of all of them, or the value of the first. */
function together(schema: Node, all: readonly Node[], exemplifying: Exemplifying): unknown {
  const values = all.map((one) => example(one, { ...exemplifying, depth: exemplifying.depth - 1 }))
  const own = valueAt(schema, 'properties') === undefined ? {} : objectOf(schema, exemplifying)
  return values.every(isObject) ? Object.assign({}, ...values, own) : values[0]
}

function membersOf(schema: Node, name: string): readonly Node[] {
  const list = valueAt(schema, name)
  return list?.kind === 'list' ? list.items() : []
}

function deeper(exemplifying: Exemplifying): Exemplifying {
  return { references: exemplifying.references, budget: exemplifying.budget, depth: exemplifying.depth - 1 }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTrue(node: Node | undefined): boolean {
  return node?.kind === 'scalar' && node.value === true
}

import { textOf, valueAt, type Entry, type Node } from './node.ts'
import type { Parameter } from './parameters.ts'
import { plainValue } from './plain-value.ts'
import type { Reader } from './reader.ts'
import { exampleOf, writtenExample } from './schema-example.ts'

/** Content that an operation takes. */
export interface ExampleContent {
  readonly mediaType: string
  /** Plain JSON values, or a text. */
  readonly example: unknown
  /** Whether it was made up from the schema, because no example is written. */
  readonly made: boolean
}

/** What a document says about an operation beside who may call it. */
export interface OperationDetails {
  readonly tags: readonly string[]
  /** The answers that are described, `default` too, with the fields that are described for them in lower case. */
  readonly answers: readonly { readonly status: string; readonly fields: readonly string[] }[]
  readonly content: ExampleContent | undefined
  /** Its parameters with an example each, if one is written or can be made up; values of path parameters are never made up. */
  readonly parameters: readonly Parameter[]
  /** Members that begin with `x-` and are a text, a number or a boolean; the operation's before its path's. */
  readonly extensions: Readonly<Record<string, string | number | boolean>>
}

/** The nodes of an operation. */
export interface WrittenOperation {
  readonly at: Entry
  readonly item: ReadonlyMap<string, Entry>
  readonly parameters: readonly Parameter[]
}

const VALUES = 2000

/**
 * Reads the details of one operation, each part of them when somebody looks at it, and anew each time.
 *
 * What is wrong there is no mistake about access, and is left out.
 */
export function readDetails(reader: Reader, { at, item, parameters }: WrittenOperation): OperationDetails {
  const node = reader.references.follow(at.value)
  const fields = node?.kind === 'map' ? node.entries() : new Map<string, Entry>()
  const tags = fields.get('tags')?.value
  const written = (): Written => parameterNodes(reader, [fields.get('parameters'), item.get('parameters')])
  return {
    tags: tags?.kind === 'list' ? tags.items().flatMap((tag) => textOf(tag) ?? []) : [],
    extensions: { ...extensionsOf(item), ...extensionsOf(fields) },
    get answers() {
      return answersOf(reader, fields.get('responses'))
    },
    get content() {
      return reader.version === '2.0' ? contentOf2(reader, fields, written()) : contentOf(reader, fields)
    },
    get parameters() {
      const nodes = written()
      return parameters.map((parameter) => withExample(reader, parameter, nodes.get(`${parameter.in} ${parameter.name}`)))
    },
  }
}

function answersOf({ references }: Reader, responses: Entry | undefined): OperationDetails['answers'] {
  const map = responses && references.follow(responses.value)
  if (map?.kind !== 'map') return []
  return [...map.entries().values()].flatMap(({ key, value }) => {
    if (key.startsWith('x-') || key === '$ref') return []
    const answer = references.follow(value)
    const headers = valueAt(answer, 'headers')
    const names = headers?.kind === 'map' ? [...headers.entries().keys()].map((name) => name.toLowerCase()) : []
    return [{ status: key, fields: names }]
  })
}

/** OpenAPI 3: `requestBody`. JSON is taken where there is a choice. */
function contentOf({ references }: Reader, fields: ReadonlyMap<string, Entry>): ExampleContent | undefined {
  const body = fields.get('requestBody')?.value
  const content = valueAt(body && references.follow(body), 'content')
  const types = content?.kind === 'map' ? [...content.entries().values()] : []
  const chosen = types.find(({ key }) => isJson(key)) ?? types.find(({ key }) => key === FORM) ?? types[0]
  if (chosen === undefined) return undefined
  const media = references.follow(chosen.value)
  const mediaType = chosen.key.includes('*') ? 'application/json' : chosen.key
  const said = sayingOf(media, references)
  if (said !== undefined) return { mediaType, example: said, made: false }
  const schema = valueAt(media, 'schema')
  const example = schema && exampleOf(schema, references)
  return example === undefined ? undefined : { mediaType, example, made: true }
}

/** An `example`, or the first of the `examples`, beside a schema. */
function sayingOf(node: Node | undefined, references: Reader['references']): unknown {
  const single = valueAt(node, 'example')
  if (single !== undefined) return plainValue(single, { left: VALUES })
  const several = valueAt(node, 'examples')
  const [first] = several?.kind === 'map' ? [...several.entries().values()] : []
  const example = first && references.follow(first.value)
  const value = valueAt(example, 'value') ?? valueAt(example, 'dataValue')
  return value && plainValue(value, { left: VALUES })
}

const FORM = 'application/x-www-form-urlencoded'

function isJson(mediaType: string): boolean {
  return /^application\/(?:[^;]*\+)?json\b/i.test(mediaType)
}

type Written = ReadonlyMap<string, Node>

/** Swagger 2.0: a parameter `in: body`, or those `in: formData` together. */
function contentOf2({ references, entry }: Reader, fields: ReadonlyMap<string, Entry>, written: Written): ExampleContent | undefined {
  const consumes = fields.get('consumes')?.value ?? valueAt(entry, 'consumes')
  const types = consumes?.kind === 'list' ? consumes.items().flatMap((type) => textOf(type) ?? []) : []
  const body = [...written].find(([id]) => id.startsWith('body '))?.[1]
  const schema = valueAt(body, 'schema')
  if (schema !== undefined) {
    const example = exampleOf(schema, references)
    return example === undefined
      ? undefined
      : { mediaType: types.find(isJson) ?? types[0] ?? 'application/json', example, made: writtenExample(schema, references) === undefined }
  }
  const parts = [...written].filter(([id]) => id.startsWith('formData '))
  if (parts.length === 0) return undefined
  const example = Object.fromEntries(parts.map(([id, node]): [string, unknown] => [id.slice('formData '.length), exampleOf(node, references)]))
  return { mediaType: types.find((type) => type === FORM) ?? types[0] ?? FORM, example, made: true }
}

/** Parameters by place and name; the operation's win over its path's. */
function parameterNodes({ references }: Reader, lists: readonly (Entry | undefined)[]): Written {
  const found = new Map<string, Node>()
  for (const at of lists) {
    const list = at && references.follow(at.value)
    for (const item of list?.kind === 'list' ? list.items() : []) {
      const node = references.follow(item)
      const id = `${textOf(valueAt(node, 'in'))} ${textOf(valueAt(node, 'name'))}`
      if (node !== undefined && !found.has(id)) found.set(id, node)
    }
  }
  return found
}

function withExample({ references }: Reader, parameter: Parameter, node: Node | undefined): Parameter {
  if (parameter.example !== undefined || node === undefined || parameter.in === 'body' || parameter.in === 'formData') return parameter
  // In Swagger 2.0 the parameter is its own schema.
  const schema = valueAt(node, 'schema') ?? node
  const said = sayingOf(node, references) ?? writtenExample(schema, references)
  const example = said === undefined && parameter.required && parameter.in !== 'path' ? exampleOf(schema, references, parameter.name) : said
  return isPlain(example) ? { ...parameter, example } : parameter
}

function extensionsOf(fields: ReadonlyMap<string, Entry>): Record<string, string | number | boolean> {
  const found: Record<string, string | number | boolean> = {}
  for (const { key, value } of fields.values()) if (key.startsWith('x-') && value.kind === 'scalar' && value.value !== null) found[key] = value.value
  return found
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

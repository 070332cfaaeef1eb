import { isToken } from '@countersign/core'
import type { Entry } from './node.ts'
import { parseTemplate, type Template } from './path-template.ts'
import { fail, fieldsOf, type Reader, type Version } from './reader.ts'
import { referenceIn } from './references.ts'

/** A path of a document with its operations. */
export interface PathItem {
  /** Where the path is written. */
  readonly at: Entry
  readonly template: Template
  readonly fields: ReadonlyMap<string, Entry>
  readonly operations: readonly { readonly method: string; readonly at: Entry }[]
}

const COMMON = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch']
const METHODS: Readonly<Record<Version, readonly string[]>> = {
  '2.0': COMMON,
  '3.0': [...COMMON, 'trace'],
  '3.1': [...COMMON, 'trace'],
  '3.2': [...COMMON, 'trace', 'query'],
}
/** The newest member of a path item that has operations under names of their own. */
const ADDITIONAL = 'additionalOperations'

/** Which paths an attempt reads, and which of them another one has to read again. */
export interface Scope {
  /** The keys of the only paths that are read; without it, all of them. */
  readonly only?: ReadonlySet<string>
  /** Keys of the paths that need files which are not there yet. */
  readonly unfinished: Set<string>
}

/** The paths of a document, in their order. Callbacks and webhooks are calls in the other direction. */
export function* pathItems(reader: Reader, { only, unfinished }: Scope): Generator<PathItem> {
  const paths = reader.entry.kind === 'map' ? reader.entry.entries().get('paths') : undefined
  const entries = (paths && fieldsOf(reader, paths.value, '`paths`')) ?? new Map<string, Entry>()
  for (const at of entries.values()) {
    if (at.key.startsWith('x-') || at.key === '$ref' || only?.has(at.key) === false) continue
    const missed = reader.references.missed()
    const item = pathItem(reader, at)
    // Whoever takes it has read all of it when this goes on.
    if (item !== undefined) yield item
    if (reader.references.missed() > missed) unfinished.add(at.key)
  }
}

function pathItem(reader: Reader, at: Entry): PathItem | undefined {
  const { template, fault } = parseTemplate(at.key)
  if (template === undefined)
    return fail(reader, { code: 'path-template', message: `this path cannot be read: ${fault}`, hint: 'write a path such as `/orders/{id}`' }, at)
  const fields = itemFields(reader, at)
  if (fields === undefined) return undefined
  if (/[?#]/.test(at.key)) {
    const message = 'requests are matched by their path alone, so this path with a query or fragment never matches'
    reader.problems.warn({ code: 'path-query', message, hint: 'write the path without it, and the query as parameters' }, at)
  }
  return { at, template, fields, operations: operationsOf(reader, fields) }
}

/** The fields of a path item: those behind its `$ref`, and those beside it. */
function itemFields(reader: Reader, at: Entry): ReadonlyMap<string, Entry> | undefined {
  const referred = fieldsOf(reader, at.value, `the path \`${at.key}\``)
  if (referred === undefined || at.value.kind !== 'map' || referenceIn(at.value) === undefined) return referred
  const merged = new Map(referred)
  for (const [name, entry] of at.value.entries()) {
    if (name === '$ref') continue
    // OpenAPI calls the behaviour undefined; it would decide which `security` counts.
    if (merged.has(name))
      fail(reader, { code: 'ref-conflict', message: `\`${name}\` stands here and behind the \`$ref\` of this path`, hint: 'keep one of them' }, entry)
    merged.set(name, entry)
  }
  return merged
}

function operationsOf(reader: Reader, fields: ReadonlyMap<string, Entry>): PathItem['operations'] {
  const methods = METHODS[reader.version]
  const found: { method: string; at: Entry }[] = []
  for (const [name, at] of fields) {
    if (methods.includes(name)) found.push({ method: name.toUpperCase(), at })
    else if (name === ADDITIONAL && reader.version === '3.2') found.push(...additional(reader, at))
    else warnMisspelt(reader, at, methods)
  }
  return found
}

/** OpenAPI 3.2: methods of other names, spelt as they are sent. */
function additional(reader: Reader, container: Entry): PathItem['operations'] {
  const entries = fieldsOf(reader, container.value, `\`${ADDITIONAL}\``) ?? new Map<string, Entry>()
  return [...entries.values()].flatMap((at) => {
    if (at.key.startsWith('x-')) return []
    if (!isToken(at.key)) return fail(reader, { code: 'unknown-method', message: 'a method has characters that no request can have' }, at) ?? []
    const fixed = METHODS['3.2'].find((method) => method.toUpperCase() === at.key)
    if (fixed !== undefined)
      return (
        fail(reader, { code: 'unknown-method', message: `\`${at.key}\` has a field of its own`, hint: `write it as \`${fixed}\` in the path item` }, at) ?? []
      )
    return [{ method: at.key, at }]
  })
}

/** Members that look like methods, but are none in this version: their operations do not exist. */
function warnMisspelt({ problems, version }: Reader, at: Entry, methods: readonly string[]): void {
  const meant = methods.find((method) => method === at.key.toLowerCase())
  if (meant !== undefined) {
    problems.warn(
      { code: 'unknown-method', message: `\`${at.key}\` is no member of a path item, so there is no such operation`, hint: `write \`${meant}\`` },
      at,
    )
  } else if (at.key === ADDITIONAL || METHODS['3.2'].includes(at.key)) {
    problems.warn(
      { code: 'unknown-method', message: `OpenAPI ${version} has no \`${at.key}\` in path items, so there is no such operation`, hint: 'OpenAPI 3.2 has it' },
      at,
    )
  }
}

import * as v from 'valibot'

/** What the schema has against a value: what would be accepted, never the value itself. */
export interface Complaint {
  readonly code: string
  readonly accepted: string
  /** The members that there are, for one that there is not. */
  readonly members?: readonly string[]
}

/** valibot's messages are texts, so a complaint travels as one. */
export function complain(complaint: Complaint): string {
  return JSON.stringify(complaint)
}

export function readComplaint(message: string): Complaint {
  // Only `complain` makes messages of our schemas; `issues.test.ts` goes through all of them.
  return JSON.parse(message) as Complaint
}

export type Read<T> = { readonly value: T } | { readonly code: string }

/** Keywords of JSON Schema. */
export type Keywords = Readonly<Record<string, unknown>>

export interface Leaf<T> extends v.GenericSchema<unknown, T> {
  readonly accepted: string
  readonly json: Keywords
}

export interface LeafOptions<T> {
  /** What the member is for, as editors show it. */
  readonly about: string
  /** Ends the sentence "pass …". */
  readonly accepted: string
  readonly json: Keywords
  readonly read: (input: unknown) => Read<T>
}

/** A schema for one value: how it is read, and how it is described to editors. */
export function leaf<T>({ about, accepted, json, read }: LeafOptions<T>): Leaf<T> {
  const keywords = about === '' ? json : { ...json, description: about }
  const schema = v.pipe(
    v.unknown(),
    v.metadata(keywords),
    v.rawTransform<unknown, T>(({ dataset, addIssue, NEVER }) => {
      const result = read(dataset.value)
      if ('value' in result) return result.value
      addIssue({ message: complain({ code: result.code, accepted }) })
      return NEVER
    }),
  )
  return Object.assign(schema, { accepted, json: keywords })
}

export const wrongType: { readonly code: string } = { code: 'wrong-type' }

type Entries = Readonly<Record<string, v.GenericSchema>>

/** A map with these members and no others. */
export function members<const E extends Entries>(about: string, entries: E) {
  const names = Object.keys(entries)
  const map = names.length === 0 ? 'an empty map, `{}`' : `a map with ${names.map((name) => `\`${name}\``).join(', ')}`
  const unknown = complain({ code: 'unknown-key', accepted: map, members: names })
  const schema = v.objectWithRest(entries, v.never(unknown), ({ expected }) => {
    const missing = names.find((name) => expected === `"${name}"`)
    return complain(missing === undefined ? { code: 'wrong-type', accepted: map } : { code: 'missing-key', accepted: acceptedOf(entries[missing]) })
  })
  return v.pipe(withoutLists(schema), v.metadata({ description: about }))
}

/** valibot takes a list for a map with keys 0, 1, 2. */
function withoutLists<S extends v.GenericSchema>(schema: S): S {
  const run = schema['~run'].bind(schema)
  return Object.assign(schema, {
    '~run': ((dataset, config) => run(Array.isArray(dataset.value) ? { value: undefined } : dataset, config)) satisfies S['~run'],
  })
}

function acceptedOf(schema: v.GenericSchema | undefined): string {
  return schema !== undefined && 'accepted' in schema && typeof schema.accepted === 'string' ? schema.accepted : 'see the schema'
}

/** Schemas of which the input chooses one; `alternatives` is for the JSON Schema. */
export interface Either<T> extends v.GenericSchema<unknown, T> {
  readonly alternatives: readonly v.GenericSchema[]
  readonly accepted: string
}

/** A single value that stands for a map, or the map. */
export function shorthand<T>(short: Leaf<T>, long: v.GenericSchema<unknown, T>): Either<T> {
  const schema = v.lazy((input) => (typeof input === 'object' && input !== null && !Array.isArray(input) ? long : short))
  return Object.assign(schema, { alternatives: [short, long], accepted: short.accepted })
}

/** A map or list that may be left empty, because all of its members have defaults: `limits:` with comments below it. */
export function section<S extends v.GenericSchema>(long: S, nothing: unknown = {}): Either<v.InferOutput<S>> {
  const empty = v.pipe(
    v.unknown(),
    v.transform(() => nothing),
    long,
  )
  const schema = v.lazy((input): v.GenericSchema<unknown, v.InferOutput<S>> => (input === null ? empty : long) as v.GenericSchema<unknown, v.InferOutput<S>>)
  return Object.assign(schema, { alternatives: [long, v.null()], accepted: acceptedOf(long) })
}

/** A list; its length is bounded by the size of the file. */
export function list<S extends v.GenericSchema>(about: string, item: S) {
  return v.pipe(v.array(item, complain({ code: 'wrong-type', accepted: 'a list' })), v.metadata({ description: about }))
}

/** A list, or its only item without brackets. */
export function oneOrMany<T>(about: string, item: Leaf<T>): v.GenericSchema<unknown, readonly T[]> & { readonly accepted: string } {
  const { description: _, ...one } = item.json
  const schema = v.pipe(
    v.unknown(),
    v.metadata({ anyOf: [one, { type: 'array', items: one }], description: about }),
    v.transform((input) => (Array.isArray(input) ? (input as readonly unknown[]) : [input])),
    v.array(item),
  )
  return Object.assign(schema, { accepted: `${item.accepted}, or a list of them` })
}

/** A map whose keys are names that the writer chooses. */
export function named<S extends v.GenericSchema>(about: string, value: S) {
  const schema = v.record(v.string(), value, complain({ code: 'wrong-type', accepted: 'a map from names to their values' }))
  return v.pipe(withoutLists(schema), v.metadata({ description: about }))
}

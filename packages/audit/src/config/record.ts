import { nearName } from '@countersign/openapi'
import { complain, cut, inside, wrong, type JsonSchema, type Shape, type Where } from './shape.ts'
import type { Written } from './written.ts'

/** A member of a record, and whether it may be missing from what was read. */
export interface Member<T, Missing extends boolean> {
  readonly shape: Shape<T>
  /** In one sentence, for the schema. */
  readonly about: string
  readonly missing: Missing
  /** Whether it must be written. */
  readonly required: boolean
  readonly otherwise?: T
}

export function required<T>(shape: Shape<T>, about: string): Member<T, false> {
  return { shape, about, missing: false, required: true }
}

export function optional<T>(shape: Shape<T>, about: string): Member<T, true> {
  return { shape, about, missing: true, required: false }
}

/** A member that has a value even if nobody wrote it. */
export function defaulted<T>(shape: Shape<T>, otherwise: NoInfer<T>, about: string): Member<T, false> {
  return { shape, about, missing: false, required: false, otherwise }
}

type Members = Readonly<Record<string, Member<unknown, boolean>>>

/** What a record is read into. */
export type Read<M extends Members> = {
  readonly [K in keyof M as M[K] extends Member<unknown, false> ? K : never]: M[K] extends Member<infer T, boolean> ? T : never
} & { readonly [K in keyof M as M[K] extends Member<unknown, false> ? never : K]?: M[K] extends Member<infer T, boolean> ? T : never }

/** A map with certain members and no others. */
export function record<const M extends Members>(members: M): Shape<Read<M>> {
  return { schema: schemaOf(members), read: (written, where) => readRecord(members, written, where) as Read<M> | undefined }
}

// The compiler cannot follow a table of members through a loop, so the result is named by `record` alone.
function readRecord(members: Members, written: Written, where: Where): Record<string, unknown> | undefined {
  if (written.kind !== 'map') return wrong(written, where, `a map with ${listed(members)}`)
  let isSound = reportUnknown(members, written.members, where)
  const found: Record<string, unknown> = {}
  for (const [name, { shape, required: isRequired, otherwise }] of Object.entries(members)) {
    const member = written.members.get(name)
    const value = member === undefined ? otherwise : shape.read(member.value, { ...where, path: inside(where.path, name) })
    if (value !== undefined) found[name] = value
    else if (member !== undefined) isSound = false
    else if (isRequired) isSound = reportMissing(name, written, where)
  }
  return isSound ? found : undefined
}

function reportUnknown(members: Members, written: ReadonlyMap<string, { readonly key: number }>, where: Where): boolean {
  let isSound = true
  for (const [name, { key }] of written) {
    if (Object.hasOwn(members, name)) continue
    const near = nearName(name, Object.keys(members))
    const hint = near === undefined ? `pass ${listed(members)}` : `did you mean \`${near}\`?`
    complain(key, where, { code: 'unknown-key', message: `unknown key \`${inside(where.path, cut(name))}\``, hint })
    isSound = false
  }
  return isSound
}

function reportMissing(name: string, written: Written, where: Where): false {
  const subject = where.path === '' ? 'the file' : `\`${where.path}\``
  complain(written.at, where, { code: 'missing-key', message: `${subject} has no \`${name}\``, hint: `add \`${name}:\`` })
  return false
}

function listed(members: Members): string {
  return Object.keys(members)
    .map((name) => `\`${name}\``)
    .join(', ')
}

function schemaOf(members: Members): JsonSchema {
  const properties = Object.entries(members).map(([name, { shape, about, otherwise }]) => [
    name,
    { description: about, ...shape.schema, ...(otherwise === undefined ? {} : { default: otherwise }) },
  ])
  const must = Object.entries(members).flatMap(([name, member]) => (member.required ? [name] : []))
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(properties), ...(must.length === 0 ? {} : { required: must }) }
}

import { nearName } from '@countersign/openapi'
import type { Source } from './source.ts'
import type { Written } from './written.ts'

/** A JSON schema, as far as it is written here. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** What stands somewhere in a file: how it is read, and its JSON schema, which says the same. */
export interface Shape<T> {
  readonly schema: JsonSchema
  /** Nothing if it was wrong; that was told then. */
  read(written: Written, where: Where): T | undefined
}

/** Where something stands: `personas.alice.basic`. */
export interface Where {
  readonly path: string
  readonly source: Source
}

type Scalar = string | number | boolean

/** A single value that passes a test. */
export function scalar<T extends Scalar>(
  isAccepted: (value: Scalar) => value is T,
  { accepted, schema }: { readonly accepted: string; readonly schema: JsonSchema },
): Shape<T> {
  return {
    schema,
    read: (written, where) => {
      if (written.kind === 'scalar' && written.value !== null && isAccepted(written.value)) return written.value
      return wrong(written, where, accepted)
    },
  }
}

export function text({ pattern = /[^]/, accepted = 'a text' }: { readonly pattern?: RegExp; readonly accepted?: string } = {}): Shape<string> {
  const schema = { type: 'string', ...(pattern.source === '[^]' ? { minLength: 1 } : { pattern: pattern.source }) }
  return scalar((value): value is string => typeof value === 'string' && pattern.test(value), { accepted, schema })
}

export function number(minimum: number, maximum: number, { whole = false }: { readonly whole?: boolean } = {}): Shape<number> {
  const isAccepted = (value: Scalar): value is number =>
    typeof value === 'number' && value >= minimum && value <= maximum && (!whole || Number.isInteger(value))
  return scalar(isAccepted, {
    accepted: `a ${whole ? 'whole ' : ''}number from ${minimum} to ${maximum}`,
    schema: { type: whole ? 'integer' : 'number', minimum, maximum },
  })
}

export const flag: Shape<boolean> = scalar((value): value is boolean => typeof value === 'boolean', {
  accepted: '`true` or `false`',
  schema: { type: 'boolean' },
})

export function choice<const T extends Scalar>(options: readonly T[]): Shape<T> {
  const schema = { enum: options }
  return {
    schema,
    read: (written, where) => {
      const found = written.kind === 'scalar' ? options.find((one) => one === written.value) : undefined
      if (found !== undefined) return found
      const names = options.map((one) => String(one))
      const near = written.kind === 'scalar' ? nearName(String(written.value), names) : undefined
      return wrong(written, where, near === undefined ? names.map((name) => `\`${name}\``).join(', ') : `\`${near}\`, if that was meant`)
    },
  }
}

/** A list; a single value counts as a list of one. */
export function listOf<T>(item: Shape<T>, { accepted = 'a list' }: { readonly accepted?: string } = {}): Shape<readonly T[]> {
  return {
    schema: { oneOf: [{ type: 'array', items: item.schema }, item.schema] },
    read: (written, where) => {
      if (written.kind === 'scalar' && written.value === null) return wrong(written, where, accepted)
      if (written.kind !== 'list') return whole([item.read(written, where)])
      return whole(written.items.map((one, index) => item.read(one, { ...where, path: `${where.path}[${index}]` })))
    },
  }
}

/** A map with names of the writer's choice. */
export function mapOf<T>(
  value: Shape<T>,
  { names = /[^]/, accepted = 'a name' }: { readonly names?: RegExp; readonly accepted?: string } = {},
): Shape<Readonly<Record<string, T>>> {
  return {
    schema: { type: 'object', additionalProperties: value.schema, ...(names.source === '[^]' ? {} : { propertyNames: { pattern: names.source } }) },
    read: (written, where) => {
      if (written.kind !== 'map') return wrong(written, where, 'a map')
      const entries = [...written.members].map(([name, member]) => {
        if (!names.test(name))
          return complain(member.key, where, { code: 'wrong-name', message: `\`${cut(name)}\` is not accepted as a name`, hint: `pass ${accepted}` })
        const read = value.read(member.value, { ...where, path: inside(where.path, name) })
        return read === undefined ? undefined : ([name, read] as const)
      })
      const found = whole(entries)
      return found && Object.fromEntries(found)
    },
  }
}

/** Any JSON. */
export const anything: Shape<{ readonly value: unknown }> = { schema: {}, read: (written) => ({ value: plain(written) }) }

function plain(written: Written): unknown {
  if (written.kind === 'scalar') return written.value
  if (written.kind === 'list') return written.items.map(plain)
  return Object.fromEntries([...written.members].map(([name, { value }]) => [name, plain(value)]))
}

/** All of them, or nothing if one is missing. */
function whole<T>(items: readonly (T | undefined)[]): readonly T[] | undefined {
  const found = items.filter((item) => item !== undefined)
  return found.length === items.length ? found : undefined
}

export function inside(path: string, name: string): string {
  return path === '' ? cut(name) : `${path}.${cut(name)}`
}

/** Tells that a value cannot be accepted. */
export function wrong(written: Written, where: Where, accepted: string): undefined {
  if (written.told === true) return undefined
  const subject = where.path === '' ? 'the file' : `\`${where.path}\``
  return complain(written.at, where, { code: 'wrong-value', message: `${subject} is ${shown(written)}`, hint: `pass ${accepted}` })
}

export function complain(at: number, { source }: Where, remark: Parameters<Source['error']>[1]): undefined {
  source.error(at, remark)
}

function shown(written: Written): string {
  if (written.kind !== 'scalar') return `a ${written.kind}`
  if (written.value === null) return 'empty'
  return written.value === '' ? 'an empty text' : `\`${cut(String(written.value))}\``
}

const LONGEST = 60

/** A text for messages: short, and without what could write over a terminal. */
export function cut(value: string): string {
  return (value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value).replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '·')
}

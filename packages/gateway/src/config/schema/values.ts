import { leaf, wrongType, type Keywords, type Leaf, type Read } from './complaint.ts'

/** Values that any configuration has: texts, numbers, choices, durations, sizes. */

/** For editors: what is filled in from the environment is only known when the gateway reads it. */
const FROM_ENVIRONMENT: Keywords = { type: 'string', pattern: '\\$\\{' }

interface TextOptions {
  readonly about: string
  readonly accepted: string
  readonly code?: string
  readonly test: (text: string) => boolean
  readonly examples?: readonly string[]
}

/** A text that passes a test. */
export function text(options: TextOptions): Leaf<string> {
  return mapped({ ...options, map: (input) => (options.test(input) ? input : undefined) })
}

/** A text that stands for something else; `map` gives nothing for what cannot be accepted. */
export function mapped<T>({
  map,
  code = 'wrong-value',
  examples,
  ...options
}: Omit<TextOptions, 'test'> & { readonly map: (text: string) => T | undefined }): Leaf<T> {
  const json: Keywords = { type: 'string', ...(examples === undefined ? {} : { examples }) }
  return leaf<T>({
    ...options,
    json,
    read(input) {
      if (typeof input !== 'string') return wrongType
      const value = map(input)
      return value === undefined ? { code } : { value }
    },
  })
}

interface Range {
  readonly about: string
  readonly from: number
  readonly to: number
}

/** A whole number, also as the digits that a variable was filled in with. */
export function count({ about, from, to }: Range): Leaf<number> {
  return leaf<number>({
    about,
    accepted: `a whole number from ${from} to ${to}`,
    json: { anyOf: [{ type: 'integer', minimum: from, maximum: to }, FROM_ENVIRONMENT] },
    read: (input) => within(/^\d{1,15}$/.test(String(input)) ? Number(input) : input, { from, to, whole: true }),
  })
}

/** A number with a fraction. */
export function ratio({ about, from, to }: Range): Leaf<number> {
  return leaf<number>({
    about,
    accepted: `a number from ${from} to ${to}`,
    json: { anyOf: [{ type: 'number', minimum: from, maximum: to }, FROM_ENVIRONMENT] },
    read: (input) => within(typeof input === 'string' && /^\d{1,9}(?:\.\d{1,9})?$/.test(input) ? Number(input) : input, { from, to, whole: false }),
  })
}

function within(value: unknown, { from, to, whole }: { readonly from: number; readonly to: number; readonly whole: boolean }): Read<number> {
  if (typeof value !== 'number' || Number.isNaN(value)) return wrongType
  if (whole && !Number.isInteger(value)) return { code: 'wrong-type' }
  return value >= from && value <= to ? { value } : { code: 'out-of-range' }
}

/** true or false, also as a variable's text. */
export function flag(about: string): Leaf<boolean> {
  return leaf<boolean>({
    about,
    accepted: '`true` or `false`',
    json: { anyOf: [{ type: 'boolean' }, FROM_ENVIRONMENT] },
    read(input) {
      if (input === true || input === 'true') return { value: true }
      return input === false || input === 'false' ? { value: false } : wrongType
    },
  })
}

/** One of a few words. */
export function choice<const T extends string>(about: string, words: readonly T[]): Leaf<T> {
  const accepted = `one of ${words.map((word) => `\`${word}\``).join(', ')}`
  return leaf<T>({
    about,
    accepted,
    json: { anyOf: [{ enum: words }, FROM_ENVIRONMENT] },
    read(input) {
      const value = words.find((word) => word === input)
      if (value !== undefined) return { value }
      return typeof input === 'string' ? { code: 'wrong-value' } : wrongType
    },
  })
}

const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 }
const BYTES: Readonly<Record<string, number>> = { b: 1, kb: 1024, kib: 1024, mb: 1024 ** 2, mib: 1024 ** 2, gb: 1024 ** 3, gib: 1024 ** 3 }

/** A duration in seconds, or with a unit: `500ms`, `30s`, `5m`, `1h`, `1d`. */
export function duration({ about, from, to }: Range): Leaf<number> {
  return leaf<number>({
    about: `${about} A number of seconds, or with a unit: \`500ms\`, \`30s\`, \`5m\`, \`1h\`.`,
    accepted: `a duration such as \`500ms\`, \`30s\`, \`5m\`, \`1h\`, or a number of seconds; from ${from} to ${to} seconds`,
    json: quantity('^\\d+(\\.\\d+)? ?(ms|s|m|h|d)?$|\\$\\{', { from, to }),
    read: (input) => measured(input, { code: 'wrong-duration', units: SECONDS, from, to }),
  })
}

/** A size in bytes, or with a unit of 1024: `16KB`, `10MB`. */
export function size({ about, from, to }: Range): Leaf<number> {
  return leaf<number>({
    about: `${about} A number of bytes, or with a unit: \`16KB\` (1024 bytes each), \`10MB\`, \`1GB\`.`,
    accepted: `a size such as \`16KB\`, \`10MB\`, or a number of bytes; from ${from} to ${to} bytes`,
    json: quantity('^\\d+(\\.\\d+)?( ?([KMGkmg]i?)?[Bb])?$|\\$\\{', { from, to }),
    read(input) {
      const result = measured(input, { code: 'wrong-size', units: BYTES, from, to })
      return 'value' in result ? { value: Math.floor(result.value) } : result
    },
  })
}

function quantity(pattern: string, { from, to }: { readonly from: number; readonly to: number }): Keywords {
  return {
    anyOf: [
      { type: 'number', minimum: from, maximum: to },
      { type: 'string', pattern },
    ],
  }
}

interface Measure {
  readonly code: string
  readonly units: Readonly<Record<string, number>>
  readonly from: number
  readonly to: number
}

function measured(input: unknown, { code, units, from, to }: Measure): Read<number> {
  if (typeof input !== 'string') return within(input, { from, to, whole: false })
  const [, digits, unit = ''] = /^(\d{1,15}(?:\.\d{1,6})?) ?([A-Za-z]{0,3})$/.exec(input) ?? []
  const factor = unit === '' ? 1 : units[unit.toLowerCase()]
  return digits === undefined || factor === undefined ? { code } : within(Number(digits) * factor, { from, to, whole: false })
}

import { textOf, valueAt, type Node } from './node.ts'

/** A text that a schema accepts, as far as its format, its length and simple patterns tell. */
export function exampleText(schema: Node, name = ''): string {
  const format = textOf(valueAt(schema, 'format'))
  const known = FORMATS[format ?? ''] ?? (/e-?mail/i.test(name) ? FORMATS['email'] : undefined)
  const least = numberAt(schema, 'minLength') ?? 0
  const most = Math.max(least, numberAt(schema, 'maxLength') ?? Number.POSITIVE_INFINITY)
  if (known !== undefined && known.length >= least && known.length <= most) return known
  const fitting = CANDIDATES.map((text) => fit(text, least, most)).find((text) => matches(textOf(valueAt(schema, 'pattern')), text))
  return fitting ?? fit('text', least, most)
}

/** Values as RFC 3339, 5321, 9562, 3986 and 1123 write them; none of them belongs to anybody (RFC 2606, RFC 5737, RFC 3849). */
const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-01-31T12:00:00Z',
  date: '2026-01-31',
  time: '12:00:00Z',
  duration: 'P1D',
  email: 'someone@example.com',
  uuid: '3f2b8f0e-5d8c-4f3a-9a55-0b8f7f3c1d2e',
  uri: 'https://example.com/',
  url: 'https://example.com/',
  'uri-reference': '/example',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  byte: 'dGV4dA==',
  binary: 'text',
  password: 'Corr3ct-horse-battery',
}

/** What patterns of real documents accept most often: words, codes, numbers, dates, identifiers. */
const CANDIDATES = [
  'text',
  'Text',
  'TEXT',
  '1',
  '12345',
  'EUR',
  'DE',
  'a1',
  'A1',
  'text-1',
  '2026-01-31',
  '12:00',
  '+4915112345678',
  '#ffffff',
  '1.0.0',
  '3f2b8f0e-5d8c-4f3a-9a55-0b8f7f3c1d2e',
  '/text',
  'https://example.com/',
]

function matches(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined) return true
  try {
    return new RegExp(pattern, 'u').test(text)
  } catch {
    // Not every pattern of a document is one of ECMAScript; then nobody here can tell.
    return true
  }
}

/** A text cut or lengthened. */
function fit(text: string, least: number, most: number): string {
  return text.padEnd(Math.min(least, LONGEST), text === '' ? 'x' : text).slice(0, most)
}

const LONGEST = 1000

/** A number within the limits of a schema. */
export function exampleNumber(schema: Node): number {
  const whole = textOf(valueAt(schema, 'type')) !== 'number'
  const step = numberAt(schema, 'multipleOf') ?? (whole ? 1 : 0)
  const above = numberAt(schema, 'exclusiveMinimum')
  const least = numberAt(schema, 'minimum') ?? above
  const most = numberAt(schema, 'maximum') ?? numberAt(schema, 'exclusiveMaximum')
  let value = least ?? Math.min(1, most ?? 1)
  if (step > 0) value = Math.ceil(value / step) * step
  const excluded = value === above || (isTrue(valueAt(schema, 'exclusiveMinimum')) && value === least)
  return excluded ? value + (step > 0 ? step : 1) : value
}

function numberAt(schema: Node, name: string): number | undefined {
  const node = valueAt(schema, name)
  return node?.kind === 'scalar' && typeof node.value === 'number' ? node.value : undefined
}

function isTrue(node: Node | undefined): boolean {
  return node?.kind === 'scalar' && node.value === true
}

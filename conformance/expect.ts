import { PROBLEM_BASE, PROBLEMS, REASONS } from 'countersign'
import { PLAIN_ROWS, type Sent, type Values, type Variant } from './situations.ts'
import { rowOf, type Row } from './table.ts'
import { valuesOf, type Received } from './wire.ts'

/** What the table says about one variant of a row, without a placeholder left. */
export interface Expectation {
  readonly status: number
  /** Complete values of the `WWW-Authenticate` lines, in order. */
  readonly challenges: readonly string[]
  /** The slug; nothing if the row has no problem document. */
  readonly problem: string | undefined
  /** The table's words about `Cache-Control`. */
  readonly cache: string
  readonly fields: Readonly<Record<string, string>>
}

const REALM = 'orders'
/** What the handlers of this suite send on routes where caching is theirs. */
export const OWN_CACHE_CONTROL = 'max-age=60'

/** Turns a row of the table into what one variant of it must be answered. */
export function expectationOf(row: Row, variant: Variant): Expectation {
  if (variant.passes === true) return { status: 200, challenges: [], problem: undefined, cache: 'not looked at', fields: {} }
  const values = valuesFor(variant)
  const said = variant.as === undefined ? row : rowOf(variant.as)
  const { status, problem } = variant.alternative ?? { status: said.status, problem: said.problem ?? undefined }
  if (status !== row.status && !row.alternatives.includes(status)) throw new Error(`${row.id} does not allow ${status}, the status of ${said.id}`)
  return {
    status,
    challenges: [
      ...inOrder(said.challenge, variant).flatMap((template) => linesOf(template, variant, said)),
      ...(variant.also ?? []).map((scheme) => plainOf(scheme, values)),
    ],
    // The problem of an alternative is its own: the table names the usual one.
    problem: problem === 'pass-through' ? undefined : problem,
    cache: row.cache,
    fields: Object.fromEntries(
      Object.entries({ ...said.headers, ...row.headers, ...variant.fields }).map(([name, template]) => [name, fill(template, values)]),
    ),
  }
}

/** DPoP is stronger than Bearer, which some rows have in front. */
function inOrder(challenges: Row['challenge'], { strongestFirst }: Variant): Row['challenge'] {
  if (strongestFirst !== true) return challenges
  const isDpop = (line: string): boolean => line.startsWith('DPoP ')
  return [...challenges.filter(isDpop), ...challenges.filter((line) => !isDpop(line))]
}

function valuesFor({ values = {}, reason }: Variant): Values {
  return { realm: REALM, ...(reason === undefined ? {} : { desc: REASONS[reason].description }), ...values }
}

/** The lines that one entry of the challenge column stands for (ledger, section 2). */
function linesOf(template: string, variant: Variant, row: Row): readonly string[] {
  const values = valuesFor(variant)
  const { asked = [], without = [], named } = variant
  const schemes = asked.map((scheme) => ({ scheme, plain: plainOf(scheme, values) }))
  switch (template) {
    case '{all}':
      // The table's note on authorization-unparsable: on a 400 the Bearer line carries the error.
      if (row.status === 400) return schemes.map(({ scheme, plain }) => (scheme === 'Bearer' ? fill(rowOf('token-empty').challenge[0] ?? '', values) : plain))
      return required(schemes, variant).map(({ plain }) => plain)
    case '{missing}':
      return required(schemes, variant).map(({ plain }) => plain)
    case '{all:error=invalid_token}':
      // The scheme that was used comes first; only Bearer has a place for the error.
      return required(schemes, variant).map(({ scheme, plain }, index) =>
        index === 0 && scheme === 'Bearer' ? fill(rowOf('token-expired').challenge[0] ?? '', values) : plain,
      )
    case '{pass-through}':
      return variant.passedOn?.challenges ?? []
    case '{of-alternative}':
      // Without `as` the alternative failed for something else than a scope.
      return []
    default:
      return without.includes(template.split(' ')[0] ?? '') ? [] : [fill(named === undefined ? template : template.replace(/^\S+/, named), values)]
  }
}

function plainOf(scheme: keyof typeof PLAIN_ROWS, values: Values): string {
  return fill(rowOf(PLAIN_ROWS[scheme]).challenge[0] ?? '', values)
}

function required<T>(schemes: readonly T[], { name }: Variant): readonly T[] {
  if (schemes.length === 0) throw new Error(`"${name}" needs \`asked\`: the schemes that its route accepts`)
  return schemes
}

/** Fills a template in. A part in brackets stays if all of its values are known; any other value must be. */
export function fill(template: string, values: Values): string {
  const parts = template.replaceAll(/\[([^\]]*)\]/g, (_, part: string) => (names(part).every((name) => values[name] !== undefined) ? part : ''))
  return parts.replaceAll(/\{([\w-]+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`\`${template}\` needs a value for {${name}}`)
    return value
  })
}

function names(part: string): readonly string[] {
  return [...part.matchAll(/\{([\w-]+)\}/g)].map(([, name = '']) => name)
}

/** A variant, the request that was sent for it, and the answer. */
export interface Exchange {
  readonly variant: Variant
  readonly sent: Sent
  readonly received: Received
  readonly column: string
}

/** Adapters whose challenges share one field line: `Headers` of Fetch combines lines of one name, so nobody behind it can send two. */
const COMBINING = new Set(['fetch', 'hono'])

/** Everything that is wrong with an answer, one line a fault. */
export function faultsOf(expected: Expectation, { variant, sent, received, column }: Exchange): readonly string[] {
  const faults: string[] = []
  const same = (what: string, found: unknown, wanted: unknown): void => {
    if (JSON.stringify(found) !== JSON.stringify(wanted)) faults.push(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`)
  }
  same('status', received.status, expected.status)
  const combined = COMBINING.has(column) && expected.challenges.length > 1
  same('WWW-Authenticate', valuesOf(received, 'www-authenticate'), combined ? [expected.challenges.join(', ')] : expected.challenges)
  if (variant.refusedBefore?.includes(column) === true) return faults
  if (variant.passes !== true) {
    faults.push(...cacheFaults(expected, variant, received), ...fieldFaults(expected, received))
    if (sent.method !== 'HEAD') faults.push(...bodyFaults(expected, { variant, column }, received))
    else if (received.body !== '') faults.push(`a body of ${received.body.length} characters`)
  }
  same('interim answers', received.interim, [])
  const seconds = received.milliseconds / 1000
  if (variant.within !== undefined && seconds > variant.within) faults.push(`answered after ${seconds.toFixed(1)} s instead of ${variant.within} s at most`)
  return faults
}

function cacheFaults({ cache }: Expectation, { passedOn }: Variant, received: Received): readonly string[] {
  const found = valuesOf(received, 'cache-control')
  // A cache may not keep it (RFC 9110 section 9.3.7), and may be told so.
  if (cache === 'not cacheable by definition' && found.join() === 'no-store') return []
  if (cache === 'public, max-age allowed')
    return /^public, max-age=\d+$/.test(found.join('\n')) ? [] : [`Cache-Control: ${JSON.stringify(found)} is not public`]
  const wanted =
    passedOn !== undefined
      ? [passedOn.cache]
      : cache.startsWith('Cache-Control: ')
        ? [cache.slice('Cache-Control: '.length)]
        : cache === 'by the application'
          ? [OWN_CACHE_CONTROL]
          : []
  if (cache === 'max-age through Access-Control-Max-Age only' && !/^\d+$/.test(valuesOf(received, 'access-control-max-age').join()))
    return ['Access-Control-Max-Age is missing']
  return JSON.stringify(found) === JSON.stringify(wanted) ? [] : [`Cache-Control: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`]
}

/** Fields whose value is a set of names, which frameworks may put on several lines. */
const LISTS = new Set(['vary'])

function fieldFaults({ fields }: Expectation, received: Received): readonly string[] {
  const faults: string[] = []
  for (const [name, wanted] of Object.entries(fields)) {
    const found = valuesOf(received, name)
    const equal = LISTS.has(name.toLowerCase()) ? members(found.join(',')) === members(wanted) : found.length === 1 && found[0] === wanted
    if (!equal) faults.push(`${name}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`)
  }
  if (!Object.keys(fields).includes('Access-Control-Allow-Origin') && valuesOf(received, 'access-control-allow-origin').length > 0)
    faults.push('Access-Control-Allow-Origin is there')
  return faults
}

function members(list: string): string {
  const names = list.split(',').map((name) => name.trim().toLowerCase())
  return names.toSorted().join()
}

/** Titles of problems that only a gateway has. */
const GATEWAY_TITLES: Readonly<Record<string, string>> = {
  'content-too-large': 'The content is larger than this server takes',
  'misdirected-request': 'This server does not answer for that host',
  'unavailable-for-legal-reasons': 'Unavailable for legal reasons',
  'too-early': 'The request must not be sent in early data',
  'method-not-implemented': 'The method is not implemented here',
  'method-not-allowed': 'The method is not supported here',
  'upstream-authentication-failed': 'The service behind this server did not accept its credentials',
  'bad-gateway': 'The service behind this server could not be reached',
  'gateway-timeout': 'The service behind this server did not answer in time',
}

/** Problems of a message, about which the gateway answers before anything was decided that an id could name. */
const UNDECIDED: ReadonlySet<string> = new Set([...Object.keys(GATEWAY_TITLES), 'malformed-request', 'request-header-too-large'])

function titleOf(problem: string): string {
  const titles: Readonly<Record<string, string>> = { ...PROBLEMS, ...GATEWAY_TITLES }
  return titles[problem] ?? 'no title: this problem type is unknown'
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function bodyFaults(expected: Expectation, { variant, column }: Pick<Exchange, 'variant' | 'column'>, received: Received): readonly string[] {
  const { problem, status } = expected
  if (problem === undefined) return valuesOf(received, 'content-type').includes('application/problem+json') ? ['a problem document where none is expected'] : []
  const type = valuesOf(received, 'content-type')
  const faults =
    type.length === 1 && type[0] === 'application/problem+json' ? [] : [`Content-Type: ${JSON.stringify(type)} instead of application/problem+json`]
  const { decision_id: id, ...document } = parse(received.body)
  const blank = problem === 'about:blank'
  const title = titleOf(problem)
  const retryAfter = expected.fields['Retry-After']
  const wanted = {
    type: blank ? problem : PROBLEM_BASE + problem,
    title,
    status,
    ...(retryAfter === undefined ? {} : { retry_after: Number(retryAfter) }),
    ...variant.members,
  }
  if (canonical(document) !== canonical(wanted)) faults.push(`problem document: ${received.body} instead of ${JSON.stringify(wanted)}`)
  if (id === undefined && column === 'gateway' && UNDECIDED.has(problem)) return faults
  if (blank ? id !== undefined : typeof id !== 'string' || !UUID.test(id)) faults.push(`decision_id: ${JSON.stringify(id)}`)
  return faults
}

function parse(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : { value }
  } catch {
    // Whatever it is, it equals no problem document.
    return { body }
  }
}

function canonical(document: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(document).toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

// Date and Content-Length may differ (RFC 9110 section 9.3.2); the others belong to the connection.
const NOT_COMPARED = new Set(['date', 'content-length', 'transfer-encoding', 'connection', 'keep-alive'])

/** What differs between the answers to a request and to the same request with HEAD, which must have no body. */
export function headFaults(got: Received, head: Received): readonly string[] {
  const faults: string[] = []
  if (head.status !== got.status) faults.push(`HEAD: status ${head.status} instead of ${got.status}`)
  if (head.body !== '') faults.push(`HEAD: a body of ${head.body.length} characters`)
  const [one, other] = [comparable(head), comparable(got)]
  if (one !== other) faults.push(`HEAD: the field lines ${one} instead of ${other}`)
  return faults
}

/** What differs between two answers that nobody may be able to tell apart. */
export function twinFaults(got: Received, twin: Received): readonly string[] {
  const whole = (received: Received): string =>
    `${received.status} ${comparable(received, ['content-length'])} ${received.body.replaceAll(/"decision_id":"[^"]*"/g, '')}`
  return whole(got) === whole(twin) ? [] : [`the answer to its twin differs: ${whole(twin)} instead of ${whole(got)}`]
}

function comparable({ lines }: Received, alsoCompared: readonly string[] = []): string {
  return JSON.stringify(
    lines.map(([name, value]) => [name.toLowerCase(), value]).filter(([name = '']) => !NOT_COMPARED.has(name) || alsoCompared.includes(name)),
  )
}

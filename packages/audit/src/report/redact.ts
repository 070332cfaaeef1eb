import type { AuditRequest, AuditResponse, Exchange, FieldLines } from '../exchange.ts'
import { outlined } from './outline.ts'
import type { Finding, Occurrence, Report } from './report.ts'

declare const redacted: unique symbol

/** A report without credentials; everything that writes one out takes only these. */
export type RedactedReport = Report & { readonly [redacted]: true }

export interface RedactOptions {
  /** Secrets that were used, and whose they are. */
  readonly secrets: readonly (readonly [persona: string, secret: string])[]
  /** Whether contents of granted answers are shown with their values; without it each value is its kind and length. */
  readonly fullBodies?: boolean
}

/** Texts that are too short to be told from others. */
const SHORTEST = 4
/** Characters of a content that are kept. */
const LONGEST = 8192

/** Takes every credential out of a report: those that the run used by their value, others by where they stand and how they look. The one place where that is done. */
export function redactReport(report: Report, options: RedactOptions): RedactedReport {
  const redactor = createRedactor(options)
  const { text } = redactor
  const clean: Report = {
    ...report,
    findings: report.findings.map((finding) => redactFinding(finding, redactor)),
    personas: report.personas.map(({ why, ...persona }) => ({ ...persona, ...(why === undefined ? {} : { why: text(why) }) })),
    notes: report.notes.map(text),
    untested: report.untested.map((one) => ({ ...one, why: text(one.why), examples: one.examples.map(text) })),
    leftovers: report.leftovers.map(text),
    ...(report.incomplete === undefined ? {} : { incomplete: text(report.incomplete) }),
    ...(report.plan === undefined ? {} : { plan: { ...report.plan, requests: report.plan.requests.map((one) => ({ ...one, line: text(one.line) })) } }),
  }
  // The mark exists for the compiler only; this is the one place that puts it on.
  return clean as RedactedReport
}

interface Redactor {
  readonly text: (text: string) => string
  readonly exchange: (exchange: Exchange) => Exchange
}

function redactFinding(finding: Finding, redactor: Redactor): Finding {
  const [first, ...others] = finding.occurrences
  return { ...finding, occurrences: [redactOccurrence(first, redactor), ...others.map((one) => redactOccurrence(one, redactor))] }
}

function redactOccurrence(occurrence: Occurrence, { text, exchange }: Redactor): Occurrence {
  const { message, expected, observed, evidence } = occurrence
  return { ...occurrence, message: text(message), expected: text(expected), observed: text(observed), evidence: evidence.map(exchange) }
}

export function createRedactor({ secrets, fullBodies = false }: RedactOptions): Redactor {
  const known = knownSecrets(secrets)
  const text = (written: string): string => byShape(byValue(written, known))
  const fields = (lines: FieldLines): FieldLines => lines.map(([name, value]) => [name, fieldValue(name, byValue(value, known))])
  const request = ({ method, target, body, ...rest }: AuditRequest): AuditRequest => ({
    ...rest,
    method,
    target: text(query(byValue(target, known))),
    fields: fields(rest.fields),
    ...(body === undefined ? {} : { body: text(cut(members(byValue(body, known)))) }),
  })
  const response = ({ body, ...rest }: AuditResponse): AuditResponse => {
    const clean = text(members(byValue(body, known)))
    return { ...rest, fields: fields(rest.fields), body: cut(fullBodies || rest.status >= 300 ? clean : outlined(clean)) }
  }
  return {
    text,
    exchange: (one) => {
      const sent = { ...one, request: request(one.request) }
      return sent.response === undefined ? { ...sent, detail: text(sent.detail) } : { ...sent, response: response(sent.response) }
    },
  }
}

type Known = readonly (readonly [secret: string, stands: string])[]

/** Every way in which a secret may be written, the longest first. */
function knownSecrets(secrets: RedactOptions['secrets']): Known {
  const found = new Map<string, string>()
  for (const [persona, secret] of secrets) {
    if (secret.length < SHORTEST) continue
    const inJson = JSON.stringify(secret).slice(1, -1)
    for (const one of [
      secret,
      encodeURIComponent(secret),
      new URLSearchParams({ '': secret }).toString().slice(1),
      inJson,
      Buffer.from(secret).toString('base64'),
    ])
      found.set(one, secretOf(persona))
  }
  return [...found].sort(([one], [other]) => other.length - one.length)
}

/** What stands for a secret of a persona. */
export function secretOf(persona: string): string {
  return `[secret of ${persona}]`
}

function byValue(text: string, known: Known): string {
  return known.reduce((clean, [secret, stands]) => clean.replaceAll(secret, () => stands), text)
}

const HIDDEN = '[redacted]'
const STANDS = String.raw`\[(?:redacted|secret of [^\]]*)\]`
const SECRET_NAME =
  /(?:^|[-_.])auth(?:orization)?(?:[-_.]|$)|token|secret|passw|pwd|api.?key|access.?key|session|credential|signature|otp|^(?:sid|key|code|jwt|dpop|cookie|set-cookie)$/i
/** Names that look so and are none: what they say is what is judged. */
const NO_SECRET = /^(?:access-control-.*|token_type|tokens?_(?:used|left|limit)|error_code)$/i

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !NO_SECRET.test(name)
}

/** A JWT, a private key, `Bearer …` and `Basic …`, keys of known makers. */
const SHAPES: readonly (readonly [shape: RegExp, instead: string])[] = [
  [/\beyJ[\w-]{8,}\.[\w-]*(?:\.[\w-]*)*/g, HIDDEN],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, HIDDEN],
  [/\b(Bearer|Basic|DPoP|Token)( +)(?!\[)(?=[\w\-.~+/=]*[\d=._~+/-])[\w\-.~+/=]{12,}/gi, `$1$2${HIDDEN}`],
  [/\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{20,}|sk_(?:live|test)_\w{10,}|xox[abprs]-[\w-]{10,}|glpat-[\w-]{15,})/g, HIDDEN],
]

function byShape(text: string): string {
  return SHAPES.reduce((clean, [shape, instead]) => clean.replace(shape, instead), text)
}

/** The value of a field: of credentials the scheme stays, of cookies their names and attributes. */
function fieldValue(name: string, value: string): string {
  const lower = name.toLowerCase()
  if (lower === 'cookie') return value.replace(/([^=;\s]+)=([^;]*)/g, (_, key: string, one: string) => `${key}=${hiddenUnlessNamed(one)}`)
  if (lower === 'set-cookie')
    return value.replace(/^(\s*[^=;]+)=([^;]*)/, (_, key: string, one: string) => `${key}=${one === '' ? '' : hiddenUnlessNamed(one)}`)
  if (lower === 'location' || lower === 'content-location') return byShape(query(value))
  if (!isSecretName(lower)) return byShape(value)
  const [, scheme = '', rest = ''] = /^([A-Za-z][\w-]*\s+)?([^]*)$/.exec(value) ?? []
  return scheme + (rest === '' ? '' : hiddenUnlessNamed(rest))
}

function hiddenUnlessNamed(value: string): string {
  return new RegExp(`^${STANDS}$`).test(value.trim()) ? value : HIDDEN
}

/** Query parameters with the names of secrets. */
function query(target: string): string {
  return target.replace(/(?<=[?&#;])([^=&#;]+)=([^&#;]*)/g, (whole, name: string, value: string) =>
    isSecretName(decoded(name)) ? `${name}=${hiddenUnlessNamed(value)}` : whole,
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Members of JSON and of forms with the names of secrets, also where the content is cut off. */
function members(body: string): string {
  const inJson = body.replace(/"((?:[^"\\]|\\.){1,80})"\s*:\s*"((?:[^"\\]|\\.)*)/g, (whole, name: string, value: string) =>
    isSecretName(name) ? whole.slice(0, whole.length - value.length) + hiddenUnlessNamed(value) : whole,
  )
  return /^[\w%.~[\]+-]+=/.test(inJson) ? query(`?${inJson}`).slice(1) : inJson
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… and ${text.length - LONGEST} more characters` : text
}

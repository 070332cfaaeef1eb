import * as v from 'valibot'
import { describe } from '../store/input.ts'
import { boundedText } from '../observe/exchange.ts'
import type { Page } from '../store/store.ts'
import type { Complaint } from './reply.ts'

/** Seconds since the epoch; the last one is in the year 9999. */
const LAST_MOMENT = 253_402_300_799
/** Complaints about one request. */
const MOST_COMPLAINTS = 20

// Sizes are those of the store. A message says what would be accepted.
const text = (most: number) => {
  const accepted = `text of 1 to ${most} characters`
  return v.pipe(v.string(accepted), v.minLength(1, accepted), v.maxLength(most, accepted))
}
const words = (accepted: string) =>
  v.pipe(v.array(v.pipe(v.string(accepted), v.minLength(1, accepted), v.maxLength(256, accepted)), accepted), v.maxLength(100, 'at most 100 entries'))
const seconds = (accepted: string) => v.pipe(v.number(accepted), v.safeInteger(accepted), v.minValue(0, accepted), v.maxValue(LAST_MOMENT, accepted))

const subject = text(256)
const roles = v.optional(words('a list of roles, each a text of 1 to 256 characters'), [])
const scopes = v.optional(words('a list of scopes, each a text of 1 to 256 characters'), [])
const moment = seconds('whole seconds since the epoch')

export const NEW_KEY = v.strictObject({ subject, label: v.optional(text(200)), roles, scopes, expires: v.optional(moment) })
export const ROTATION = v.strictObject({ overlap: v.optional(seconds('whole seconds from 0'), 0) })
export const PASSWORD = v.strictObject({ password: v.string('a password of 8 to 256 characters') })
export const PRINCIPAL = v.strictObject({
  roles,
  scopes,
  status: v.optional(v.picklist(['active', 'disabled', 'suspended'], 'one of `active`, `disabled`, `suspended`'), 'active'),
})
export const REVOCATION = v.variant(
  'type',
  [
    v.strictObject({ type: v.literal('token'), jti: text(512), until: moment }),
    v.strictObject({ type: v.literal('subject'), subject, notBefore: v.optional(moment) }),
  ],
  '`type` is `token` or `subject`',
)
export const BACKUP = v.strictObject({
  // A name and nothing else: no separator, no `..`, no hidden file.
  name: v.pipe(
    v.string('the name of a file'),
    v.regex(/^[A-Za-z\d][\w.-]{0,99}$/, 'a file name of up to 100 letters, digits, `.`, `_` and `-` that begins with a letter or digit'),
  ),
})

/** Reads the members of a content, or says what is wrong with them, without the values. */
export function readMembers(schema: v.GenericSchema, value: unknown): { readonly members: unknown } | { readonly complaints: readonly Complaint[] } {
  // A list would pass for an object without members.
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { complaints: [{ member: '(content)', found: describe(value), accepted: 'an object' }] }
  const parsed = v.safeParse(schema, value)
  return parsed.success ? { members: parsed.output } : { complaints: parsed.issues.slice(0, MOST_COMPLAINTS).map(complaintOf) }
}

function complaintOf(issue: v.BaseIssue<unknown>): Complaint {
  const member = boundedText(v.getDotPath(issue) ?? '(content)')
  // Numbers are described by themselves, and a password may have been sent as one.
  const found = member === 'password' ? `a value of type ${typeof issue.input}` : describe(issue.input)
  return { member, found, accepted: issue.expected === 'never' ? 'no such member' : issue.message }
}

/** The members of a query that are allowed, each at most once. */
export type Query = Readonly<Partial<Record<string, string>>>

/** Reads a query, or says what is wrong with it. */
export function readQuery(search: string, allowed: readonly string[]): { readonly query: Query } | { readonly complaints: readonly Complaint[] } {
  const query: Record<string, string> = {}
  const complaints: Complaint[] = []
  const accepted = allowed.length === 0 ? 'no parameters' : allowed.map((name) => `\`${name}\``).join(', ')
  for (const [name, value] of new URLSearchParams(search)) {
    if (!allowed.includes(name)) complaints.push({ member: boundedText(name), found: 'an unknown parameter', accepted })
    else if (Object.hasOwn(query, name)) complaints.push({ member: name, found: 'the parameter twice', accepted: 'one value' })
    else if (name === 'limit' && !/^(?:[1-9]\d{0,2}|1000)$/.test(value))
      complaints.push({ member: name, found: describe(value), accepted: 'a whole number from 1 to 1000' })
    else query[name] = value
  }
  return complaints.length > 0 ? { complaints: complaints.slice(0, MOST_COMPLAINTS) } : { query }
}

export function pageOf({ after, limit }: Query): Page {
  return { ...(after === undefined ? {} : { after }), ...(limit === undefined ? {} : { limit: Number(limit) }) }
}

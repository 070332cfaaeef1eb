// What the store accepts, checked where it comes in. Messages describe what was found and never repeat it: it may be a secret.

// `\p{Cs}`: half of a surrogate pair, which no database keeps as it is.
const UNPRINTABLE = /\p{Cc}|\p{Cs}/u
// scope-token, RFC 6749 section 3.3
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]{1,256}$/
const MOST_GRANTS = 100
/** The year 9999, in seconds since the epoch. */
const LAST_MOMENT = 253_402_300_799

interface TextRule {
  readonly name: string
  readonly most: number
}

/** A text of 1 to `most` characters without control characters; otherwise a `TypeError` that names it. */
export function textInput(value: unknown, { name, most }: TextRule): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= most && !UNPRINTABLE.test(value)) return value
  throw new TypeError(`${name}: found ${describe(value)}; accepted is text of 1 to ${most} characters without control characters`)
}

/** The name of a party, as in `sub`. */
export function subjectInput(value: unknown): string {
  return textInput(value, { name: 'subject', most: 256 })
}

/** A name for Basic, in the form in which it is stored: no colon (RFC 7617 section 2), composed (RFC 8265 section 3.3). */
export function userInput(value: unknown): string {
  const user = textInput(value, { name: 'user', most: 256 }).normalize('NFC')
  if (user.includes(':')) throw new TypeError('user: found a colon; accepted is a name without one, because Basic ends the name at the first')
  return user
}

/** Whether a text could be a password at all: 8 to 256 characters without control characters (RFC 7617 section 2). */
export function isPassword(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 8 && value.length <= 256 && !UNPRINTABLE.test(value)
}

export function passwordInput(value: unknown): string {
  if (isPassword(value)) return value
  throw new TypeError(`password: found ${describe(value)}; accepted are 8 to 256 characters without control characters`)
}

export function scopesInput(value: unknown): readonly string[] {
  return grants(value, { name: 'scopes', accepted: 'scope tokens (printable ASCII without space, `"` and `\\`)', fits: (item) => SCOPE_TOKEN.test(item) })
}

export function rolesInput(value: unknown): readonly string[] {
  const fits = (item: string) => item.length > 0 && item.length <= 256 && !UNPRINTABLE.test(item)
  return grants(value, { name: 'roles', accepted: 'texts of 1 to 256 characters without control characters', fits })
}

interface GrantRule {
  readonly name: string
  readonly accepted: string
  readonly fits: (item: string) => boolean
}

function grants(value: unknown, { name, accepted, fits }: GrantRule): readonly string[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw new TypeError(`${name}: found ${describe(value)}; accepted is a list of ${accepted}`)
  const items: readonly unknown[] = value
  if (items.length > MOST_GRANTS) throw new TypeError(`${name}: found ${items.length} entries; at most ${MOST_GRANTS} are accepted`)
  const texts = items.map((item, index) => {
    if (typeof item === 'string' && fits(item)) return item
    throw new TypeError(`${name}[${index}]: found ${describe(item)}; accepted are ${accepted}`)
  })
  return [...new Set(texts)]
}

/** A moment in whole seconds since the epoch. Milliseconds are taken for the mistake that they are. */
export function momentInput(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= LAST_MOMENT) return value
  throw new TypeError(`${name}: found ${describe(value)}; accepted are whole seconds since the epoch, 0 to ${LAST_MOMENT}`)
}

/** A duration in seconds. */
export function secondsInput(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= LAST_MOMENT) return value
  throw new TypeError(`${name}: found ${describe(value)}; accepted is a number of seconds from 0`)
}

/** What kind of thing was found, without showing it. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return UNPRINTABLE.test(value) ? `${value.length} characters with a control character` : `${value.length} characters`
  if (typeof value === 'number') return `the number ${value}`
  if (value === null || value === undefined) return String(value)
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`
}

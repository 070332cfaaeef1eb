import { textOf } from '#platform'
import { HEX, type DigestAlgorithm } from './algorithms.ts'

/** The parameters of credentials, each of a form that it may have (RFC 7616 section 3.4). */
export interface DigestParameters {
  /** The name of the caller, or its hash. */
  readonly user: string
  readonly hashed: boolean
  readonly realm: string
  readonly uri: string
  readonly algorithm: DigestAlgorithm
  readonly nonce: string
  readonly cnonce: string
  readonly nc: string
  readonly qop: 'auth' | 'auth-int'
  readonly response: string
}

/** What the challenges offered; anything else is improper. */
export interface Offer {
  readonly algorithms: readonly DigestAlgorithm[]
  readonly integrity: boolean
  readonly userhash: boolean
}

const TARGET = /^[\u0021-\u007E]+$/
// Nothing that has to be escaped, as these are hashed and sent back as they came.
const OPAQUE = /^[\u0020\u0021\u0023-\u005B\u005D-\u007E]+$/
const COUNT = /^(?!0{8})[\da-f]{8}$/

/** Reads the parameters; nothing if one is missing or improper. */
export function readDigest(params: Readonly<Record<string, string>>, offer: Offer): DigestParameters | undefined {
  const { nonce = '', cnonce = '', nc = '', qop, response = '', uri = '' } = params
  const named = userOf(params, offer)
  const realm = decoded(params['realm'])
  const algorithm = offer.algorithms.find((one) => one.toLowerCase() === params['algorithm']?.toLowerCase())
  if (named === undefined || realm === undefined || algorithm === undefined) return undefined
  if (qop !== 'auth' && !(qop === 'auth-int' && offer.integrity)) return undefined
  if (!OPAQUE.test(nonce) || !OPAQUE.test(cnonce) || !COUNT.test(nc) || !HEX.test(response) || !TARGET.test(uri)) return undefined
  return { ...named, realm, uri, algorithm, nonce, cnonce, nc, qop, response }
}

type Named = Pick<DigestParameters, 'user' | 'hashed'>

/** Exactly one of `username` and `username*`, and no other than the first may be a hash. */
function userOf(params: Readonly<Record<string, string>>, offer: Offer): Named | undefined {
  const { username, 'username*': extended, userhash = 'false' } = params
  if ((username === undefined) === (extended === undefined)) return undefined
  const flag = userhash.toLowerCase()
  if (flag === 'true') return offer.userhash && username !== undefined && HEX.test(username) ? { user: username, hashed: true } : undefined
  const user = extended === undefined ? decoded(username) : decodedExtended(extended)
  return flag !== 'false' || user === undefined || user === '' ? undefined : { user, hashed: false }
}

const EXTENDED = /^utf-8'[\dA-Za-z-]*'((?:[\w!#$&+.^`|~-]|%[\dA-Fa-f]{2})*)$/i

/** The value of a parameter in the notation of RFC 8187 section 3.2. */
function decodedExtended(value: string): string | undefined {
  const [, encoded] = EXTENDED.exec(value) ?? []
  const bytes = encoded?.replaceAll(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return decoded(bytes)
}

/** Field values have a character a byte, and these bytes are UTF-8 (RFC 7616 section 4). */
function decoded(value: string | undefined): string | undefined {
  if (value === undefined || /[^\u0000-\u00FF]/.test(value)) return undefined
  const text = textOf(Uint8Array.from(value, (character) => character.charCodeAt(0)))
  return text === undefined || /[\u0000-\u001F\u007F]/.test(text) ? undefined : text
}

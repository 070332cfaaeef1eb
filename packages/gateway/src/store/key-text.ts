import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

// Lower case without `i`, `l`, `o`, `u`: what a person reads aloud. 32 letters, so a byte has no bias.
const NAME_LETTERS = '0123456789abcdefghjkmnpqrstvwxyz'
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const NAME_LENGTH = 10
/** 256 bits. */
const SECRET_LENGTH = 43
/** 62^6 is more than 2^32, what a CRC-32 needs. */
const CHECKSUM_LENGTH = 6

const SHAPE = new RegExp(`^(csk_[${NAME_LETTERS}]{${NAME_LENGTH}})_[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}$`)
const ID = new RegExp(`^csk_[${NAME_LETTERS}]{${NAME_LENGTH}}$`)
const SECRET_PART = /csk_[0-9a-z]{10}_[0-9A-Za-z]/

/**
 * A new API key: `csk_<name>_<secret and checksum>`. It is a `token68`, is selected whole by a double click, and
 * the checksum lets scanners of repositories, and us, tell a key from a typing mistake without any look-up.
 */
export function makeKey(): { readonly id: string; readonly key: string } {
  const id = `csk_${letters(NAME_LENGTH, NAME_LETTERS)}`
  const unchecked = `${id}_${letters(SECRET_LENGTH, LETTERS)}`
  return { id, key: unchecked + checksum(unchecked) }
}

/** The id within a presented key, if it has the shape of one and its checksum. */
export function idOfKey(key: unknown): string | undefined {
  if (typeof key !== 'string' || key.length > 100) return undefined
  const id = SHAPE.exec(key)?.[1]
  return id !== undefined && checksum(key.slice(0, -CHECKSUM_LENGTH)) === key.slice(-CHECKSUM_LENGTH) ? id : undefined
}

/** Whether a text is the public part of a key. */
export function isKeyId(text: unknown): text is string {
  return typeof text === 'string' && ID.test(text)
}

/** Whether a text has more of a key in it than its public part. */
export function showsKey(text: string): boolean {
  return SECRET_PART.test(text)
}

function letters(length: number, alphabet: string): string {
  // Bytes from the last, incomplete round of the alphabet are left out: they would make its beginning more frequent.
  const fair = 256 - (256 % alphabet.length)
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < fair && text.length < length) text += alphabet.charAt(byte % alphabet.length)
    }
  }
  return text
}

function checksum(text: string): string {
  let rest = crc32(text)
  let digits = ''
  for (let index = 0; index < CHECKSUM_LENGTH; index++) {
    digits = LETTERS.charAt(rest % LETTERS.length) + digits
    rest = Math.floor(rest / LETTERS.length)
  }
  return digits
}

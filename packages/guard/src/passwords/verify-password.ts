import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'

/** OWASP's recommendation for scrypt: 2^17 blocks of 1 kB, one lane. */
const COST = { log2N: 17, r: 8, p: 1 }
const BYTES = 32
/** Bytes of memory that a stored hash may ask for; more is refused as a mistake. */
const MOST_MEMORY = 512 * 1024 * 1024
const SCRYPT = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{16,88})\$([A-Za-z0-9+/]{22,88})$/

let dummy: Promise<string> | undefined

/**
 * Hashes a password with scrypt for storage, as a PHC string: `$scrypt$ln=17,r=8,p=1$salt$hash`.
 *
 * Resolves with the string. Takes some 300 ms of one core on purpose.
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const { log2N, r, p } = COST
  const hash = await derive(password, salt, { bytes: BYTES, ...COST })
  return `$scrypt$ln=${log2N},r=${r},p=${p}$${unpadded(salt)}$${unpadded(hash)}`
}

/**
 * Whether a password belongs to a stored hash: scrypt or Argon2 in PHC form (`$scrypt$…`, `$argon2id$…`).
 *
 * Without a stored hash (an unknown user) a dummy is verified, so that the answer takes as long. Argon2 needs
 * the package `@node-rs/argon2`. Rejects with a `TypeError` for a hash in another form, never naming it.
 */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  if (stored === undefined) {
    await verifyScrypt(password, await (dummy ??= hashPassword(randomBytes(16).toString('hex'))))
    return false
  }
  if (stored.startsWith('$scrypt$')) return verifyScrypt(password, stored)
  if (/^\$argon2(?:id|i|d)\$/.test(stored)) return verifyArgon2(password, stored)
  throw new TypeError('the stored password hash has an unknown form; store `$scrypt$…` (hashPassword) or `$argon2id$…`')
}

async function verifyScrypt(password: string, stored: string): Promise<boolean> {
  const [, log2N, r, p, salt = '', hash = ''] = SCRYPT.exec(stored) ?? []
  if (log2N === undefined) throw new TypeError('the stored scrypt hash is not `$scrypt$ln=…,r=…,p=…$salt$hash`')
  const expected = Buffer.from(hash, 'base64')
  const actual = await derive(password, Buffer.from(salt, 'base64'), { bytes: expected.byteLength, log2N: Number(log2N), r: Number(r), p: Number(p) })
  return timingSafeEqual(expected, actual)
}

async function verifyArgon2(password: string, stored: string): Promise<boolean> {
  const { verify } = await import('@node-rs/argon2').catch((cause: unknown) => {
    throw new TypeError('the stored password hash is Argon2; install `@node-rs/argon2`', { cause })
  })
  return verify(stored, password)
}

interface Cost {
  readonly bytes: number
  readonly log2N: number
  readonly r: number
  readonly p: number
}

function derive(password: string, salt: Buffer, { bytes, log2N, r, p }: Cost): Promise<Buffer> {
  const N = 2 ** log2N
  const memory = 128 * N * r * 2
  if (memory > MOST_MEMORY) throw new TypeError(`the stored scrypt hash asks for ${memory} bytes of memory; at most ${MOST_MEMORY} are given`)
  const options: ScryptOptions = { N, r, p, maxmem: memory }
  return new Promise((resolve, reject) => {
    // NFC: the same password typed on two systems has to be the same octets (RFC 8265 section 4.2).
    scrypt(password.normalize('NFC'), salt, bytes, options, (error, key) => (error === null ? resolve(key) : reject(error)))
  })
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}

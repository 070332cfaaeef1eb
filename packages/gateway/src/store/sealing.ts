import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** Encrypts what has to be read again, such as private keys: a copy of the database alone shows none of it. */
export interface Sealer {
  /** `purpose` is bound to the text: what was sealed for one opens for no other. */
  seal(text: string, purpose: string): string
  /** `undefined` if it was sealed under another key or for another purpose, or was changed. */
  unseal(sealed: string, purpose: string): string | undefined
}

/** AES-256-GCM, with a nonce of 96 bits and a tag of 128 (NIST SP 800-38D). */
const CIPHER = 'aes-256-gcm'
const NONCE = 12
const TAG = 16
const SEALED = /^v1\.([\w-]{16})\.([\w-]{22,})$/

/** Under a key of its own, derived from the digest key by HKDF (RFC 5869). */
export function createSealer(secret: Uint8Array): Sealer {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'countersign: sealing', 32))
  return {
    seal: (text, purpose) => {
      const nonce = randomBytes(NONCE)
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(purpose))
      const content = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `v1.${nonce.toString('base64url')}.${content.toString('base64url')}`
    },
    unseal: (sealed, purpose) => {
      const [, nonce, content] = SEALED.exec(sealed) ?? []
      if (nonce === undefined || content === undefined) return undefined
      const bytes = Buffer.from(content, 'base64url')
      const decipher = createDecipheriv(CIPHER, key, Buffer.from(nonce, 'base64url'), { authTagLength: TAG })
      decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(-TAG))
      return opened(() => Buffer.concat([decipher.update(bytes.subarray(0, -TAG)), decipher.final()]).toString('utf8'))
    },
  }
}

/** Node throws one kind of error for everything that does not authenticate, and nothing else can be wrong here. */
function opened(decipher: () => string): string | undefined {
  try {
    return decipher()
  } catch {
    return undefined
  }
}

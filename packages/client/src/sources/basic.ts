import { Secret } from '@countersign/core'
import type { CredentialSource } from '../source.ts'
import { coverOf, type Space } from '../space.ts'

export interface BasicSourceOptions {
  readonly at: Space | readonly Space[]
  readonly realm?: string
  readonly user: string
  readonly password: string
}

/** A user name and password, in UTF-8 (RFC 7617). Throws a `TypeError` for what the scheme cannot carry. */
export function basic({ at, realm, user, password }: BasicSourceOptions): CredentialSource {
  if (user.includes(':')) throw new TypeError('option `user` of basic() has a colon; RFC 7617 permits one in the password only')
  if (/[\u0000-\u001F\u007F]/.test(user + password)) throw new TypeError('options of basic() have a control character; RFC 7617 permits none')
  const bytes = new TextEncoder().encode(`${user}:${password}`)
  const value = new Secret(`Basic ${btoa(Array.from(bytes, (byte) => String.fromCodePoint(byte)).join(''))}`)
  return {
    scheme: 'Basic',
    strength: 10,
    ...(realm === undefined ? {} : { realm }),
    covers: coverOf(at, 'option `at` of basic()'),
    present: () => ({ fields: [['authorization', value.reveal()]] }),
  }
}

import { Secret } from '@countersign/core'
import { keep } from '../clock.ts'
import type { CredentialSource } from '../source.ts'
import { coverOf, type Space } from '../space.ts'
import { Login, sentIn, type Account } from './login.ts'
import { offerOf } from './offer.ts'

export interface DigestSourceOptions {
  readonly at: Space | readonly Space[]
  readonly realm?: string
  readonly user: string
  readonly password: string
}

/**
 * A name and a password that is never sent: every request has a proof of it, for the nonce of the server.
 *
 * SHA-256, and SHA-512-256 where the platform has it, with `qop=auth`; MD5 is not answered. The name is hidden where the server
 * permits it. Throws a `TypeError` for what the scheme cannot carry. RFC 7616.
 *
 * @example
 * import { createClient } from '@countersign/client'
 * import { digest } from '@countersign/client/digest'
 *
 * export const clientOf = (password: string) => createClient({ credentials: [digest({ at: 'https://api.example', user: 'olga', password })] })
 */
export function digest({ at, realm, user, password }: DigestSourceOptions): CredentialSource {
  if (user === '' || user.includes(':')) throw new TypeError('option `user` of digest() is empty or has a colon; RFC 7616 permits one in the password only')
  if (/[\u0000-\u001F\u007F]/.test(user + password)) throw new TypeError('options of digest() have a control character; RFC 7616 permits none')
  const account: Account = { user: user.normalize('NFC'), password: new Secret(password.normalize('NFC')) }
  const logins = new Map<string, Login>()
  return {
    scheme: 'Digest',
    strength: 15,
    ...(realm === undefined ? {} : { realm }),
    covers: coverOf(at, 'option `at` of digest()'),
    present(call) {
      const login = logins.get(call.url.origin)
      return login?.usable === true ? login.present(call) : undefined
    },
    async answer({ denial, presentation }, { url }) {
      const current = logins.get(url.origin)
      const used = presentation === undefined ? undefined : sentIn(presentation)?.login
      const offer = offerOf(denial.challenges ?? [], realm)
      if (offer === undefined) return false
      // Somebody else has logged in meanwhile; where that does not hold either, this is not asked again.
      const others = current !== used && current?.usable === true && current.offer.realm === offer.realm
      // Without `stale` it is the password that does not hold (RFC 7616 section 3.3).
      if (used !== undefined && used.offer.realm === offer.realm && denial.remedy.action !== 'prove') return false
      if (!others) keep(logins, url.origin, new Login(account, offer))
      return true
    },
    async learn(headers, _call, presentation) {
      const sent = sentIn(presentation)
      await sent?.login.learn(headers, sent.covered)
    },
  }
}

import * as v from 'valibot'
import { members, named } from './complaint.ts'
import { NONCE_SECRET_ACCEPTED, isNonceSecret } from './dpop-section.ts'
import { filePath, words } from './names.ts'
import { grants, secret } from './scheme-values.ts'
import { choice, count, duration, size, text } from './values.ts'

/** `schemes.digest`: passwords that are proven and not sent (RFC 7616). */

export const USER_HASH_ACCEPTED = 'the hash of `NAME:REALM:PASSWORD`, 64 hexadecimal digits in lower case, such as the output of `sha256sum`'

export function isUserHash(value: string): boolean {
  return /^[\da-f]{64}$/.test(value)
}

const user = members('One name, and whom it stands for.', {
  hash: v.optional(secret('The hash of name, realm and password, which is worth as much as the password.', USER_HASH_ACCEPTED, isUserHash)),
  hashFile: v.optional(filePath('A file with the hash.')),
  subject: v.optional(words('The name of the holder. By default the name itself.', 'the name of the holder')),
  ...grants,
})

export const digest = members(
  'Names and passwords that callers prove without sending them (RFC 7616). The store has no part in it: its hashes are of another kind.',
  {
    users: named('Who may come, by name.', user),
    realm: v.optional(
      text({
        about: 'The realm of the hashes. By default `realm` of the gateway.',
        accepted: 'a text of printable ASCII characters',
        test: (input) => /^[ -~]{1,256}$/.test(input),
      }),
    ),
    algorithm: v.optional(
      choice('What the hashes were made with, and what callers have to use. curl and browsers know SHA-256.', ['SHA-256', 'SHA-512-256']),
      'SHA-256',
    ),
    secret: v.optional(secret('What nonces are made with, the same for all gateways of one API.', NONCE_SECRET_ACCEPTED, isNonceSecret)),
    secretFile: v.optional(filePath('A file with the secret.')),
    lifetime: v.optional(
      duration({ about: 'After which time new nonces are given; each is accepted for one to two times as long.', from: 10, to: 86_400 }),
      '5m',
    ),
    contentLimit: v.optional(size({ about: 'Offers `auth-int` as well, for content of up to so much; more is 413.', from: 0, to: 100_000_000 })),
    replays: v.optional(
      count({
        about:
          'How many used responses each process remembers, one for each request and about 150 bytes each, until their nonce ends. While it remembers so many, requests with a new one are 503.',
        from: 1,
        to: 10_000_000,
      }),
      200_000,
    ),
  },
)

import * as v from 'valibot'
import { list, members, named } from './complaint.ts'
import { filePath, words } from './names.ts'
import { apiOrigins, grants, secret } from './scheme-values.ts'
import { choice, count, duration, size, text } from './values.ts'

/** `schemes.signature`: requests that their callers sign (RFC 9421). */

export const SIGNATURE_ALGORITHMS = ['ed25519', 'ecdsa-p256-sha256', 'ecdsa-p384-sha384', 'rsa-pss-sha512', 'rsa-v1_5-sha256', 'hmac-sha256'] as const

export const SHARED_SECRET_ACCEPTED = 'at least 32 random bytes in base64, such as the output of `openssl rand -base64 32`'

export function isSharedSecret(value: string): boolean {
  return /^[A-Za-z0-9+/_-]{43,4096}={0,2}$/.test(value)
}

const key = members('One key of a caller, and whom it stands for.', {
  algorithm: choice('The one algorithm that the key is used with (RFC 9421 section 3.3).', SIGNATURE_ALGORITHMS),
  keyFile: v.optional(filePath('A file with the public key, in PEM or as a JSON Web Key.')),
  secret: v.optional(secret('The shared secret, for `hmac-sha256`.', SHARED_SECRET_ACCEPTED, isSharedSecret)),
  secretFile: v.optional(filePath('A file with the shared secret.')),
  subject: words('The name of the holder.', 'the name of the holder'),
  ...grants,
})

const component = text({
  about: '',
  accepted: 'the name of a field in lower case, or `@method`, `@target-uri`, `@authority`, `@scheme`, `@request-target`, `@path`, `@query`',
  test: (input) => /^(?:@(?:method|target-uri|authority|scheme|request-target|path|query)|[a-z0-9!#$%&'*+\-.^_`|~]+)$/.test(input),
})

export const signature = members('Requests that their callers sign, with the content if there is any (RFC 9421, RFC 9530).', {
  keys: named('The keys of callers by `keyid`.', key),
  components: v.optional(
    list('What every signature has to cover; `content-digest` only where there is content. `@method` and the target are always needed.', component),
    ['@method', '@target-uri', 'content-digest'],
  ),
  tag: v.optional(
    text({
      about: 'The `tag` that signatures for this API have; others are not looked at.',
      accepted: 'a text of 1 to 256 ASCII characters',
      test: (input) => /^[ -~]{1,256}$/.test(input),
    }),
  ),
  origin: apiOrigins,
  maxAge: v.optional(duration({ about: 'For how long a signature can be used.', from: 1, to: 3600 }), '60s'),
  clockTolerance: v.optional(duration({ about: 'Clock difference that is forgiven, both ways.', from: 0, to: 300 }), '30s'),
  replays: v.optional(
    count({
      about:
        'How many nonces each process remembers, about 150 bytes each: every signature then needs a `nonce`, and is accepted once by each process. While it remembers so many, requests with a new one are 503. Without it signatures need no nonce.',
      from: 1,
      to: 10_000_000,
    }),
  ),
  contentLimit: v.optional(size({ about: 'How much content is read to compare it with its digest; more is 413.', from: 0, to: 100_000_000 }), '1MB'),
})

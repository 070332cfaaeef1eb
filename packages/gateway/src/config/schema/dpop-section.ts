import * as v from 'valibot'
import { list, members } from './complaint.ts'
import { filePath } from './names.ts'
import { ALGORITHMS, apiOrigins, secret } from './scheme-values.ts'
import { choice, count, duration, flag } from './values.ts'

/** `schemes.dpop`: proofs that the caller has the key of a token (RFC 9449). */

export const NONCE_SECRET_ACCEPTED = 'at least 32 random characters, such as the output of `openssl rand -base64 32`'

export function isNonceSecret(value: string): boolean {
  return value.length >= 32 && value.length <= 1024
}

const nonce = members('Asks for nonces of the gateway, for clients whose clocks are wrong and against proofs made in advance (RFC 9449 section 9).', {
  secret: v.optional(secret('What nonces are made with, the same for all gateways of one API.', NONCE_SECRET_ACCEPTED, isNonceSecret)),
  secretFile: v.optional(filePath('A file with the secret.')),
  lifetime: v.optional(
    duration({ about: 'After which time a new nonce is given; each is accepted for one to two times as long.', from: 10, to: 86_400 }),
    '5m',
  ),
})

export const dpop = members('Tokens of `bearer` that are bound to a key, each with a proof that the caller has it (RFC 9449).', {
  required: v.optional(flag('Whether every token has to come with a proof. `Bearer` is then not accepted.'), false),
  origin: apiOrigins,
  algorithms: v.optional(
    list(
      'What proofs may be signed with, most wanted first. By default ES256, EdDSA, Ed25519, PS256, RS256.',
      choice('A signature algorithm (RFC 7518).', ALGORITHMS),
    ),
  ),
  maxAge: v.optional(duration({ about: 'For how long a proof can be used; with `nonce` its time counts instead.', from: 1, to: 3600 }), '60s'),
  clockTolerance: v.optional(duration({ about: 'Clock difference that is forgiven, both ways.', from: 0, to: 300 }), '30s'),
  nonce: v.optional(nonce),
  replays: v.optional(
    count({
      about: 'How many used proofs each process remembers, about 150 bytes each. While it remembers so many, requests with a new one are 503.',
      from: 1,
      to: 10_000_000,
    }),
    200_000,
  ),
})

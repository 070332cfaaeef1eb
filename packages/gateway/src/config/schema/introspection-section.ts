import * as v from 'valibot'
import { members, oneOrMany } from './complaint.ts'
import { filePath, words } from './names.ts'
import { address, secret } from './scheme-values.ts'
import { duration, flag } from './values.ts'

/** `schemes.bearer.introspection`: tokens that only their issuer can tell the worth of (RFC 7662). */

export const CLIENT_SECRET_ACCEPTED = 'the secret that the issuer has for this client, in printable ASCII'

export function isClientSecret(value: string): boolean {
  return /^[\x20-\x7E]{1,1024}$/.test(value)
}

export const CLIENT_KEY_ACCEPTED =
  'a private key as a JSON Web Key with `alg`, such as `{ "kty": "EC", "alg": "ES256", "crv": "P-256", "x": "…", "y": "…", "d": "…" }`'

const client = members('Who the gateway is to the issuer. With a secret it says so by Basic, with a private key by assertions (RFC 7523).', {
  id: words('Its `client_id`.', 'the `client_id` of the gateway'),
  secret: v.optional(secret('Its secret.', CLIENT_SECRET_ACCEPTED, isClientSecret)),
  secretFile: v.optional(filePath('A file with the secret.')),
  keyFile: v.optional(filePath('A file with a private key, as a JSON Web Key with `alg`.')),
})

export const introspection = members('Asks an issuer what tokens are worth: those without the shape of a JWT, or all if there are no `issuers` (RFC 7662).', {
  issuer: v.optional(address('The issuer exactly as in `iss`. Its metadata is asked for what `endpoint` does not say.')),
  endpoint: v.optional(address('The address to ask. Needed without `issuer`.')),
  client,
  audience: v.optional(
    oneOrMany(
      'What this API is called in `aud`, which then must be there. Without it an `aud` that is there must name the client.',
      words('', 'the identifier that your API expects in `aud`'),
    ),
  ),
  signed: v.optional(flag('Whether answers must be signed JWTs (RFC 9701). Needs `issuer`.'), false),
  roles: v.optional(words('Where the roles stand in the answer. By default `roles`.', 'the path of a member, such as `realm_access.roles`')),
  scopes: v.optional(words('Where the scopes stand in the answer. By default `scope`, else `scp`.', 'the path of a member, such as `scp`')),
  cacheFor: v.optional(duration({ about: 'For how long an answer is used again, and a revocation may go unnoticed.', from: 0, to: 300 }), '10s'),
  timeLimit: v.optional(duration({ about: 'How long one question may take.', from: 0.1, to: 4 }), '3s'),
})

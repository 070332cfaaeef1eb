import * as v from 'valibot'
import { list, members, named, oneOrMany, section } from './complaint.ts'
import { schemeName } from './scheme-names.ts'
import { address, ALGORITHMS, grants } from './scheme-values.ts'
import { clientCertificate } from './certificates-section.ts'
import { digest } from './digest-section.ts'
import { dpop } from './dpop-section.ts'
import { introspection } from './introspection-section.ts'
import { fieldName, words } from './names.ts'
import { session } from './session-section.ts'
import { signature } from './signature-section.ts'
import { choice, duration, flag, size } from './values.ts'

/** `schemes`: with what callers say who they are. */

const issuer = members('One issuer of JWT access tokens.', {
  issuer: address('The issuer exactly as in `iss`, with or without a slash at its end.'),
  audience: oneOrMany('What this API is called in `aud`.', words('', 'the identifier that your API expects in `aud`')),
  jwksUri: v.optional(address('The address of the key set. Without it the metadata of the issuer is asked.')),
  algorithms: v.optional(
    list('What the issuer may sign with. By default every RSA, ECDSA and Ed25519 algorithm.', choice('A signature algorithm (RFC 7518).', ALGORITHMS)),
  ),
  profile: v.optional(
    choice('Which JWTs are access tokens: those of RFC 9068 (`typ: at+jwt`), or any signed JWT with the right audience.', ['rfc9068', 'legacy']),
    'rfc9068',
  ),
  roles: v.optional(
    words('Where the roles stand in the token, such as `realm_access.roles`. By default `roles`.', 'the path of a claim, such as `realm_access.roles`'),
  ),
  scopes: v.optional(words('Where the scopes stand in the token. By default `scope`, else `scp`.', 'the path of a claim, such as `scp`')),
})

const token = members('Whom the token stands for.', { subject: words('The name of the holder.', 'the name of the holder'), ...grants })

const form = section(
  members('Takes tokens in the parameter `access_token` of a form as well, for clients that cannot set fields (RFC 6750 section 2.2).', {
    limit: v.optional(size({ about: 'How much of a form is read; a longer one is 413, whoever sent it.', from: 64, to: 16_777_216 }), '64KB'),
  }),
)

const bearer = members('Access tokens in `Authorization: Bearer` (RFC 6750): JWTs, and those that their issuer is asked about.', {
  issuers: v.optional(list('Whose tokens are accepted.', issuer), []),
  introspection: v.optional(introspection),
  clockTolerance: v.optional(duration({ about: 'Clock difference that is forgiven, both ways. By default 30 s.', from: 0, to: 300 })),
  alsoInForm: v.optional(form),
  alsoInLoggedQuery: v.optional(
    flag(
      'Takes tokens in the parameter `access_token` of the query as well, where logs of other programs, histories and `Referer` fields show them (RFC 6750 section 2.3). OAuth 2.1 forbids it.',
    ),
    false,
  ),
  tokens: v.optional(named('Fixed tokens and whom they stand for. For tutorials and tests only: whoever reads this file has them.', token)),
})

const basic = section(members('Names and passwords in `Authorization: Basic` (RFC 7617), from the store.', {}))

const apiKey = section(
  members('API keys in a request field, from the store.', {
    header: v.optional(fieldName('The field that carries the key.'), 'X-Api-Key'),
  }),
)

export const schemesSection = members('With what callers say who they are. At least one.', {
  bearer: v.optional(bearer),
  basic: v.optional(basic),
  digest: v.optional(digest),
  apiKey: v.optional(apiKey),
  dpop: v.optional(dpop),
  clientCertificate: v.optional(clientCertificate),
  session: v.optional(session),
  signature: v.optional(signature),
})

const persona = members('Somebody whom `matrix`, `explain` and `diff` try.', {
  scheme: v.optional(schemeName('With what the persona comes. Without it, it is nobody.')),
  subject: v.optional(words('The subject. By default the name of the persona.', 'a name')),
  ...grants,
  acr: v.optional(words('How strongly the persona logged in.', 'an authentication context, such as `urn:example:mfa`')),
  loggedInFor: v.optional(duration({ about: 'How long ago the persona logged in.', from: 0, to: 315_360_000 })),
})

export const personasSection = section(named('Who is tried in `matrix`, `explain` and `diff`, by name. `anonymous` is always there.', persona))

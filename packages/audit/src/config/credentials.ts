import type { CredentialSource, SecretSource } from './config.ts'
import { defaulted, optional, record, required } from './record.ts'
import { secret } from './secret.ts'
import { choice, complain, flag, mapOf, text, type Shape } from './shape.ts'

const token = text({ pattern: /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, accepted: 'a name without spaces' })
const path = text({ pattern: /^\/(?!\/)[!-~]*$/, accepted: 'a path of the target such as `/login`' })
const pointer = text({ pattern: /^(?:\/(?:[^~/]|~[01])*)+$/, accepted: 'a JSON pointer such as `/token`' })
const address = text({ pattern: /^https?:\/\/[!-~]+$/, accepted: 'a URL that begins with `https://`' })
/** Without a colon, which ends it (RFC 7617 section 2). */
const user = text({ pattern: /^[^:\p{Cc}]+$/u, accepted: 'a name without a colon' })

const basic = record({ user: required(user, 'The name'), password: required(secret, 'The password') })
const apiKey = record({
  in: defaulted(choice(['header', 'query', 'cookie']), 'header', 'Where the key is sent'),
  name: required(token, 'The field, query parameter or cookie'),
  key: required(secret, 'The key'),
})
const cookie = record({ name: required(token, 'The name of the cookie'), value: required(secret, 'Its value') })
const dpop = record({ token: required(secret, 'A token that is bound to the key'), key: required(secret, 'The private key (PEM, P-256)') })
const certificate = record({ cert: required(secret, 'The certificate with its chain (PEM)'), key: required(secret, 'Its private key (PEM)') })

const word: Shape<string | SecretSource> = {
  schema: { oneOf: [{ type: 'string' }, secret.schema] },
  read: (written, where) => (written.kind === 'map' ? secret.read(written, where) : text().read(written, where)),
}

const login = record({
  method: defaulted(choice(['POST', 'PUT']), 'POST', 'The method of the request'),
  path: required(path, 'The path of the target, behind its base path'),
  mediaType: defaulted(choice(['application/json', 'application/x-www-form-urlencoded']), 'application/json', 'How the content is written'),
  body: required(mapOf(word), 'The members of the content; what is secret is a map such as `{ env: NAME }`'),
  token: optional(pointer, 'Where the answer has the token (RFC 6901); without it its cookies are the credentials'),
  expiresIn: optional(pointer, 'Where the answer says for how many seconds'),
  header: optional(token, 'The field that the token is sent in; `Authorization` if nothing is said'),
  scheme: optional(token, 'What stands before the token; `Bearer` in `Authorization`, nothing in other fields'),
})

const oauth = record({
  grant: defaulted(choice(['client_credentials', 'password', 'refresh_token']), 'client_credentials', 'The grant'),
  tokenEndpoint: required(address, 'Where tokens are asked for'),
  clientId: required(text(), 'The client'),
  clientSecret: optional(secret, 'Its secret'),
  user: optional(text(), 'For the grant `password`'),
  password: optional(secret, 'For the grant `password`'),
  refreshToken: optional(secret, 'For the grant `refresh_token`'),
  scope: optional(text(), 'The scopes to ask for, separated by spaces'),
  audience: optional(text(), 'Where an issuer wants `audience`'),
  resource: optional(text(), 'The resource (RFC 8707)'),
  dpop: defaulted(flag, false, 'Whether tokens are bound to a key of the persona (RFC 9449)'),
})

const grant: Shape<CredentialSource> = {
  schema: oauth.schema,
  read: (written, where) => {
    const read = oauth.read(written, where)
    const lacking = read && NEEDED[read.grant].find((name) => read[name] === undefined)
    if (lacking === undefined) return read && { type: 'oauth', ...read }
    return complain(written.at, where, {
      code: 'missing-key',
      message: `\`${where.path}\` has no \`${lacking}\``,
      hint: `add \`${lacking}:\`, which the grant \`${read?.grant}\` needs`,
    })
  },
}

/** What a grant cannot do without. */
const NEEDED = { client_credentials: ['clientSecret'], password: ['user', 'password'], refresh_token: ['refreshToken'] } as const

/** What tells who a persona is: it has one of these members. */
export const SOURCES = {
  bearer: optional(
    mapped(secret, (read): CredentialSource => ({ type: 'bearer', token: read })),
    'A bearer token',
  ),
  basic: optional(
    mapped(basic, (read): CredentialSource => ({ type: 'basic', ...read })),
    'A name and a password in every request',
  ),
  apiKey: optional(
    mapped(apiKey, (read): CredentialSource => ({ type: 'apiKey', ...read })),
    'An API key',
  ),
  cookie: optional(
    mapped(cookie, (read): CredentialSource => ({ type: 'cookie', ...read })),
    'A cookie',
  ),
  login: optional(
    mapped(login, (read): CredentialSource => ({ type: 'login', ...read })),
    'A request to the target that gives a token or cookies',
  ),
  oauth: optional(grant, 'A token of an OAuth issuer'),
  dpop: optional(
    mapped(dpop, (read): CredentialSource => ({ type: 'dpop', ...read })),
    'A token with its key (RFC 9449)',
  ),
  certificate: optional(
    mapped(certificate, (read): CredentialSource => ({ type: 'certificate', ...read })),
    'A client certificate',
  ),
} as const

function mapped<T>(shape: Shape<T>, make: (read: T) => CredentialSource): Shape<CredentialSource> {
  return {
    schema: shape.schema,
    read: (written, where) => {
      const found = shape.read(written, where)
      return found === undefined ? undefined : make(found)
    },
  }
}

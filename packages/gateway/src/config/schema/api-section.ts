import * as v from 'valibot'
import { list, members, named, oneOrMany, section, shorthand } from './complaint.ts'
import { isHostName, readHost, readUpstream } from './addresses.ts'
import { filePath, label, methodName, pathPrefix, pathTemplate, roleName, scopeName, words } from './names.ts'
import { schemeName } from './scheme-names.ts'
import { secret } from './scheme-values.ts'
import { count, duration, flag, mapped, text } from './values.ts'

/** `apis`: what is protected, and where it is. */

export const AUTHORIZATION_ACCEPTED = 'a value for `Authorization`, such as `Bearer …`, in printable ASCII'

export function isAuthorization(value: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [\x21-\x7E](?:[\x20-\x7E]{0,8000}[\x21-\x7E])?$/.test(value)
}

const URL_ACCEPTED = 'an address such as `http://127.0.0.1:8403`, without path, query and credentials; a credential goes under `authorization`'

const url = mapped({
  about: 'Scheme, host and port of the service behind the gateway.',
  accepted: URL_ACCEPTED,
  code: 'wrong-url',
  examples: ['http://127.0.0.1:8403'],
  map: readUpstream,
})

const tls = members('What an upstream over https is trusted for, and who the gateway is to it. The files are read again on reload.', {
  ca: v.optional(filePath('The certificate authorities of the upstream in PEM. They count instead of those that Node knows.')),
  certificate: v.optional(filePath('The certificate chain of the gateway in PEM, for an upstream that asks for one.')),
  key: v.optional(filePath('The private key of the gateway in PEM.')),
  serverName: v.optional(
    text({
      about: 'The name that the certificate must have. By default the host of `url`.',
      accepted: 'a host name such as `orders.internal`',
      code: 'wrong-server-name',
      test: isHostName,
    }),
  ),
})

const settings = {
  connectTimeout: v.optional(duration({ about: 'How long the connection may take.', from: 0.01, to: 300 }), '3s'),
  responseTimeout: v.optional(duration({ about: 'How long the first byte of the answer may take.', from: 0.01, to: 86_400 }), '30s'),
  idleTimeout: v.optional(duration({ about: 'How long nothing may come between two bytes of the answer.', from: 0.01, to: 86_400 }), '60s'),
  connections: v.optional(count({ about: 'Connections kept to the upstream at most.', from: 1, to: 65_535 }), 128),
  http2: v.optional(
    flag(
      'Whether the upstream is spoken to in HTTP/2: over http with prior knowledge, over https as agreed in the handshake. WebSockets come to it over HTTP/1.1 all the same.',
    ),
    false,
  ),
  tls: v.optional(tls),
  forwardCredentials: v.optional(
    flag(
      'Whether the credential of the caller goes on to the upstream, which then may check it itself. By default it does not: the upstream gets the identity fields, and cannot use or leak what it never sees.',
    ),
    false,
  ),
  authorization: v.optional(secret('A credential of the gateway’s own, as a value for `Authorization`.', AUTHORIZATION_ACCEPTED, isAuthorization)),
  authorizationFile: v.optional(filePath('A file with the value for `Authorization`.')),
}

const longUpstream = members('The service behind the gateway.', { url, ...settings })

/** A bare address is the map with nothing but `url`, so that both have the same defaults. */
const shortUpstream = mapped({
  about: 'The service behind the gateway.',
  accepted: URL_ACCEPTED,
  code: 'wrong-url',
  examples: ['http://127.0.0.1:8403'],
  map: (input) => (readUpstream(input) === undefined ? undefined : v.parse(longUpstream, { url: input })),
})

const upstream = shorthand(shortUpstream, longUpstream)

const route = members('What one route asks of its callers. It stands above what the OpenAPI document says.', {
  methods: v.optional(oneOrMany('Methods. By default all.', methodName('')), []),
  path: pathTemplate('An OpenAPI path template, without the `prefix` of the API. `/**` at its end matches everything below.'),
  open: v.optional(flag('Whether everybody is let in, and credentials are not looked at.'), false),
  anyone: v.optional(flag('Whether everybody is let in, but credentials that come along are checked, and refused if they are wrong.'), false),
  roles: v.optional(oneOrMany('Roles of which the caller must have at least one.', roleName('')), []),
  scopes: v.optional(oneOrMany('Scopes that the credential must have, all of them.', scopeName('')), []),
  schemes: v.optional(oneOrMany('With which of `schemes` callers may come. By default all.', schemeName('')), []),
  recent: v.optional(duration({ about: 'How old the login may be at most (RFC 9470).', from: 0, to: 31_536_000 })),
  acr: v.optional(
    oneOrMany(
      'Authentication contexts of which the login must have one, in order of preference (RFC 9470).',
      words('', 'an authentication context, such as `urn:example:mfa`'),
    ),
    [],
  ),
  owner: v.optional(words('The path parameter that must be the subject of the caller.', 'the name of a parameter of `path`')),
  user: v.optional(flag('Whether the caller must be a person: a token that a client obtained for itself is refused (RFC 9068).'), false),
  bound: v.optional(
    flag(
      'Whether the credential must be of no use to a thief: a token with a DPoP proof or bound to a certificate, a certificate, or a signature of the request.',
    ),
    false,
  ),
  unprobeable: v.optional(flag('Whether whoever is refused is told that nothing is there, also without credentials.'), false),
  conceal: v.optional(flag('Whether callers who may not do this are told that nothing is there instead of that they may not.'), false),
})

const api = members('One API: where it is, and what it asks of its callers.', {
  name: label('A short name, for logs and metrics.', 'a short name, such as `orders`'),
  hosts: v.optional(
    oneOrMany(
      'Hosts that this API answers to, with or without port. By default any.',
      mapped({ about: '', accepted: 'a host such as `api.example` or `api.example:8443`, without scheme, path and `*`', code: 'wrong-host', map: readHost }),
    ),
    [],
  ),
  prefix: v.optional(pathPrefix('A path that every request of this API begins with, such as `/v1`. By default none.'), ''),
  stripPrefix: v.optional(flag('Whether the prefix is taken away before the upstream is asked.'), false),
  upstream,
  openapi: v.optional(filePath('The OpenAPI document.')),
  securitySchemes: v.optional(
    named('Which of `schemes` stands for a security scheme of the OpenAPI document, by its name there, where the kind alone does not say.', schemeName('')),
    {},
  ),
  routes: v.optional(section(list('Requirements beside those of the OpenAPI document.', route), []), []),
  conceal: v.optional(flag('Whether anonymous callers are asked who they are before they are told that something does not exist below the prefix.'), false),
})

export const apisSection = list('What is protected. At least one.', api)

import * as v from 'valibot'
import { leaf, list, members, oneOrMany, section, shorthand, wrongType } from './complaint.ts'
import { isAddress, isOrigin, isRange, readSocket } from './addresses.ts'
import { fieldName, filePath, roleName, scopeName, words } from './names.ts'
import { forwardedCertificates, listenCertificates, peerCertificates } from './certificates-section.ts'
import { secret } from './scheme-values.ts'
import { choice, count, duration, flag, ratio, size, text } from './values.ts'

/** The sections that are about the gateway itself. */

const address = () =>
  text({
    about: 'The IP address or host name to listen on.',
    accepted: 'an IP address or a host name, such as `127.0.0.1`',
    code: 'wrong-address',
    test: isAddress,
  })
const port = () => count({ about: 'The port; 0 for a free one.', from: 0, to: 65_535 })

/** `127.0.0.1:8401`, or the map. */
export function socket<T>(about: string, long: v.GenericSchema<unknown, T>) {
  const short = leaf<T>({
    about,
    accepted: '`127.0.0.1:8401`, or a map with `address` and `port`',
    json: { anyOf: [{ type: 'string' }, { type: 'integer', minimum: 0, maximum: 65_535 }] },
    read(input) {
      if (typeof input !== 'string' && typeof input !== 'number') return wrongType
      const read = readSocket(String(input))
      return read === undefined ? { code: 'wrong-address' } : { value: v.parse(long, read) }
    },
  })
  return shorthand<T>(short, long)
}

const TLS = 'A certificate, for https. It is read again on reload.'

const keyMembers = {
  certificate: filePath('The certificate chain in PEM.'),
  key: filePath('The private key in PEM.'),
}

const http2 = v.optional(flag('Whether HTTP/2 is offered beside HTTP/1.1.'), true)
const peerCertificatesOf = { clientCertificates: v.optional(peerCertificates) }

/** What any door has; each has a port of its own. */
const plainSocketMembers = (standard: number) => ({
  address: v.optional(address(), '127.0.0.1'),
  port: v.optional(port(), standard),
})

/** What the doors for proxies have; gRPC is HTTP/2 in any case. */
export const peerSocketMembers = { ...plainSocketMembers(8082), tls: v.optional(members(TLS, { ...keyMembers, http2, ...peerCertificatesOf })) }
export const grpcSocketMembers = { ...plainSocketMembers(8083), tls: v.optional(members(TLS, { ...keyMembers, ...peerCertificatesOf })) }

const callersTls = members(TLS, { ...keyMembers, http2, clientCertificates: v.optional(section(listenCertificates)) })

const listen = socket('Where callers come in.', members('Where callers come in.', { ...plainSocketMembers(8080), tls: v.optional(callersTls) }))

const adminAccess = members(
  'Takes tokens of `schemes.bearer` on the admin port, beside API keys. A token with one of these roles or scopes may do everything there.',
  {
    roles: v.optional(oneOrMany('Roles, of which one is enough.', roleName('')), []),
    scopes: v.optional(oneOrMany('Scopes, of which one is enough.', scopeName('')), []),
  },
)

const admin = socket(
  'Where health, metrics and the admin API are. Never the port of the callers.',
  members('Where health, metrics and the admin API are.', {
    address: v.optional(address(), '127.0.0.1'),
    port: v.optional(port(), 8081),
    access: v.optional(adminAccess),
  }),
)

export const DIGEST_KEY_ACCEPTED = 'at least 32 characters, such as the output of `openssl rand -base64 32`'

export function isDigestKey(value: string): boolean {
  return value.length >= 32 && value.length <= 1024
}

const store = section(
  members('What the gateway keeps: API keys, passwords, decisions.', {
    path: v.optional(filePath('The database file.'), './countersign.db'),
    digestKey: v.optional(
      secret('What keyed digests are made with. By default the store makes a file of its own beside the database.', DIGEST_KEY_ACCEPTED, isDigestKey),
    ),
    digestKeyFile: v.optional(filePath('A file with the digest key.')),
    decisions: v.optional(count({ about: 'How many decisions are kept for `explain`.', from: 0, to: 10_000_000 }), 10_000),
  }),
)

const limits = section(
  members('How much a request may be, and how long it may take.', {
    header: v.optional(size({ about: 'The header section.', from: 1024, to: 1_048_576 }), '16KB'),
    body: v.optional(size({ about: 'The body.', from: 0, to: 1024 ** 4 }), '10MB'),
    headerTimeout: v.optional(duration({ about: 'How long the header section may take to arrive.', from: 0.1, to: 3600 }), '10s'),
    requestTimeout: v.optional(duration({ about: 'How long the whole request may take to arrive, body included.', from: 0.1, to: 86_400 }), '60s'),
    keepAliveTimeout: v.optional(duration({ about: 'How long an idle connection is kept.', from: 0, to: 3600 }), '65s'),
    connections: v.optional(count({ about: 'Connections at a time.', from: 1, to: 1_000_000 }), 10_000),
  }),
)

const rate = (about: string) =>
  members(about, {
    rate: ratio({ about: 'Requests a second, on average.', from: 0.001, to: 1_000_000 }),
    burst: count({ about: 'Requests at once.', from: 1, to: 1_000_000 }),
  })

const guessing = section(
  members('What happens to those who try passwords and keys.', {
    failures: v.optional(count({ about: 'Failed attempts before further ones are refused unseen.', from: 1, to: 1000 }), 5),
    block: v.optional(duration({ about: 'For how long at first; it doubles.', from: 1, to: 86_400 }), '30s'),
    longest: v.optional(duration({ about: 'For how long at most.', from: 1, to: 604_800 }), '1h'),
  }),
)

const abuse = section(
  members('Who asks too often.', {
    perAddress: v.optional(rate('For each client address. By default no limit.')),
    perPrincipal: v.optional(rate('For each principal. By default no limit.')),
    guessing: v.optional(guessing, {}),
  }),
)

const assertion = members('A signed statement (JWT) of who the caller is, which the upstream can check.', {
  header: v.optional(fieldName('The field that carries it.'), 'X-Countersign-Assertion'),
  issuer: v.optional(words('Its `iss`. By default `countersign:` and the realm.', 'a name, such as `countersign:orders`')),
  audience: words('Its `aud`: what the upstream is called.', 'the name of the upstream, such as `orders-service`'),
  lifetime: v.optional(duration({ about: 'How long it is good.', from: 1, to: 3600 }), '60s'),
})

const headers = section(
  members('Fields that the upstream always gets, whatever the caller sent under these names.', {
    subject: v.optional(fieldName('Who the caller is; `anonymous` where nobody is known.'), 'X-Countersign-Subject'),
    roles: v.optional(fieldName('The roles of the caller, with commas.'), 'X-Countersign-Roles'),
    scopes: v.optional(fieldName('The scopes of the credential, with spaces.'), 'X-Countersign-Scopes'),
    scheme: v.optional(fieldName('With what the caller came.'), 'X-Countersign-Scheme'),
    decision: v.optional(fieldName('The identifier of the decision.'), 'X-Countersign-Decision'),
  }),
)

const identity = section(members('What the upstream is told about the caller.', { headers: v.optional(headers, {}), assertion: v.optional(assertion) }))

const cors = members('Which web pages may read answers.', {
  origins: list(
    'Origins whose pages may read answers; `*` for all.',
    text({
      about: '',
      accepted: 'an origin such as `https://app.example`, in lower case, without a path and a slash at its end; or `*`',
      code: 'wrong-origin',
      test: isOrigin,
    }),
  ),
})

export const ranges = (about: string) =>
  list(about, text({ about: '', accepted: 'an IP address or a range such as `10.0.0.0/8` or `fd00::/8`', code: 'wrong-range', test: isRange }))

const demand = members('A demand of law.', {
  addresses: ranges('The client addresses that it concerns.'),
  blocker: text({
    about: 'Who implements the block: an address that the answer links to as `blocked-by`.',
    accepted: 'an https address such as `https://authority.example/`',
    code: 'wrong-url',
    test: (input) => URL.canParse(input) && new URL(input).protocol === 'https:' && !/[<>\s]/.test(input),
  }),
})

const network = section(
  members('Where requests come from.', {
    trustedProxies: v.optional(ranges('Proxies in front of the gateway, whose `X-Forwarded-*` fields are believed.'), []),
    denied: v.optional(ranges('Client addresses that are refused.'), []),
    legal: v.optional(list('Demands of law because of which nobody from certain addresses is served; the answer is 451 (RFC 7725).', demand), []),
    clientCertificates: v.optional(forwardedCertificates),
    requireTls: v.optional(flag('Whether credentials over plain http are refused.'), false),
  }),
)

const log = section(
  members('What is written down.', {
    level: v.optional(choice('From which level.', ['debug', 'info', 'warn', 'error']), 'info'),
    sampleAllowed: v.optional(
      ratio({ about: 'Lines about allowed requests: 1 for all, 0.01 for one in a hundred. Denials are always logged.', from: 0, to: 1 }),
      1,
    ),
    auditFile: v.optional(filePath('A file for OCSF events. By default none.')),
  }),
)

const shutdown = section(
  members('How the gateway ends.', {
    delay: v.optional(duration({ about: 'Between “not ready” and the end of accepting.', from: 0, to: 600 }), '0s'),
    drain: v.optional(duration({ about: 'For requests under way.', from: 0, to: 3600 }), '10s'),
  }),
)

export const restSections = {
  listen: v.optional(listen, {}),
  admin: v.optional(admin, {}),
  store: v.optional(store, {}),
  limits: v.optional(limits, {}),
  abuse: v.optional(abuse, {}),
  identity: v.optional(identity, {}),
  cors: v.optional(cors),
  network: v.optional(network, {}),
  log: v.optional(log, {}),
  shutdown: v.optional(shutdown, {}),
}

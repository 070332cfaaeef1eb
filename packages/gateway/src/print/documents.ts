import { stringify } from 'yaml'
import { optional } from '../config/given.ts'
import { ENVOY_FIELDS } from '../dialects/envoy.ts'
import { CA_FILE, CERTIFICATE_FILE, KEY_FILE, schemeOf, type Secured } from './secured.ts'
import { head, type Site } from './site.ts'

/** Fields of a refusal that APISIX passes on when they are listed. */
const ANSWERED = [
  'WWW-Authenticate',
  'Content-Type',
  'Cache-Control',
  'Retry-After',
  'Allow',
  'Link',
  'Location',
  'Set-Cookie',
  'Vary',
  'DPoP-Nonce',
  'X-Countersign-Answer',
]

function refuseSecret({ hasSecret }: Site, proxy: string): void {
  if (hasSecret)
    throw new TypeError(
      `${proxy} has no way to send a secret that does not go on to the application; take \`forwardAuth.secret\` away and name its addresses in \`peers\``,
    )
}

/** A middleware of Traefik's file provider. Not tried with Traefik itself. */
export function printTraefik(site: Site): string {
  refuseSecret(site, 'Traefik')
  const removed = Object.fromEntries(site.family.map((name) => [name, '']))
  const document = {
    http: {
      middlewares: {
        'countersign-family': { headers: { customRequestHeaders: removed } },
        countersign: {
          forwardAuth: {
            address: `${schemeOf(site.secured)}://${byName(site)}/authz/traefik`,
            trustForwardHeader: false,
            authResponseHeaders: site.identity,
            ...optional('tls', site.secured && traefikTls(site.secured)),
          },
        },
      },
    },
  }
  return `${head(site, 'For the file provider. Put both on a router: middlewares: [countersign-family, countersign].', 'Preflights are answered by a `headers` middleware before them.', ...resolved(site))}${stringify(document, { lineWidth: 0 })}`
}

function traefikTls({ shows }: Secured): object {
  const file = (name: string): string => `/etc/traefik/${name}`
  return { ca: file(CA_FILE), ...(shows ? { cert: file(CERTIFICATE_FILE), key: file(KEY_FILE) } : {}) }
}

/** For proxies that compare the certificate with what stands in the address. */
function byName({ decisions, secured }: Site): string {
  return secured === undefined ? decisions : decisions.replace(/^.*:/, `${secured.name}:`)
}

function resolved({ decisions, secured }: Site): readonly string[] {
  return secured === undefined ? [] : [`\`${secured.name}\` has to lead to ${decisions.replace(/:\d+$/, '')}.`]
}

const EXT_AUTHZ = {
  '@type': 'type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz',
  transport_api_version: 'V3',
  failure_mode_allow: false,
  status_on_error: { code: 'ServiceUnavailable' },
}
const SECRET = { key: 'x-countersign-secret', value: 'put the secret here' }

/** The HTTP filter of Envoy. Not tried with Envoy itself. */
export function printEnvoy(site: Site): string {
  const exact = (names: readonly string[]): object => ({ patterns: names.map((name) => ({ exact: name.toLowerCase(), ignore_case: true })) })
  const service = {
    server_uri: { uri: `${schemeOf(site.secured)}://${site.decisions}`, cluster: 'countersign', timeout: '2s' },
    path_prefix: '/authz/envoy',
    // Whatever the caller sent under that name is overwritten.
    authorization_request: {
      headers_to_add: [{ key: ENVOY_FIELDS.client, value: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%' }, ...(site.hasSecret ? [SECRET] : [])],
    },
    authorization_response: { allowed_upstream_headers: exact(site.identity) },
  }
  const removed = `# On the virtual host, so that nobody but the decision says who the caller is:\n${stringify({ request_headers_to_remove: site.family }, { lineWidth: 0 }).replaceAll(/^/gm, '# ').trimEnd()}\n`
  return `${envoyHead(site, site.decisions, site.secured)}${removed}${filter({ allowed_headers: { patterns: [{ safe_regex: { regex: '.*' } }] }, http_service: service })}`
}

/** The HTTP filter of Envoy, which asks over gRPC. Not tried with Envoy itself. */
export function printEnvoyGrpc(site: Site): string {
  if (site.grpc === undefined) throw new TypeError('`forwardAuth.grpc` is not configured; write where Envoy may ask, such as `grpc: 127.0.0.1:8083`')
  const service = {
    envoy_grpc: { cluster_name: 'countersign' },
    timeout: '2s',
    ...(site.hasSecret ? { initial_metadata: [SECRET] } : {}),
  }
  return `${envoyHead(site, `${site.grpc}, in HTTP/2 (\`http2_protocol_options: {}\`)`, site.grpcSecured)}${filter({ grpc_service: service })}`
}

function envoyHead(site: Site, where: string, secured?: Secured): string {
  const socket = { name: 'envoy.transport_sockets.tls', typed_config: secured && upstreamTls(secured) }
  const lines = secured === undefined ? [] : ['In the cluster:', ...stringify({ transport_socket: socket }, { lineWidth: 0 }).trimEnd().split('\n')]
  return head(
    site,
    'The first of `http_filters`. Needs `use_remote_address: true` in the connection manager and a cluster `countersign`.',
    `The cluster leads to ${where}.`,
    ...lines,
  )
}

function upstreamTls({ name, shows }: Secured): object {
  const file = (one: string): object => ({ filename: `/etc/envoy/${one}` })
  return {
    '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
    sni: name,
    common_tls_context: {
      ...(shows ? { tls_certificates: [{ certificate_chain: file(CERTIFICATE_FILE), private_key: file(KEY_FILE) }] } : {}),
      validation_context: { trusted_ca: file(CA_FILE), match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: name } }] },
    },
  }
}

function filter(members: object): string {
  return stringify([{ name: 'envoy.filters.http.ext_authz', typed_config: { ...EXT_AUTHZ, ...members } }], { lineWidth: 0 })
}

/** The plugins of an APISIX route. Not tried with APISIX itself. */
export function printApisix(site: Site): string {
  refuseSecret(site, 'APISIX')
  if (site.secured?.shows === true)
    throw new TypeError('the `forward-auth` of APISIX shows no certificate; take `tls.clientCertificates` away and name its addresses in `peers`')
  const plugins = {
    'proxy-rewrite': { headers: { remove: site.family } },
    'forward-auth': {
      uri: `${schemeOf(site.secured)}://${byName(site)}/authz/apisix`,
      request_headers: ['Authorization', 'DPoP', 'X-Api-Key', 'Cookie', 'Origin', 'Access-Control-Request-Method'],
      upstream_headers: site.identity,
      client_headers: ANSWERED,
      timeout: 2000,
      status_on_error: 503,
      allow_degradation: false,
    },
  }
  return `${head(site, 'The plugins of a route. Preflights are answered by the `cors` plugin before them.', ...resolved(site))}${stringify({ plugins }, { lineWidth: 0 })}`
}

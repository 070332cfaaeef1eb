import { stringify } from 'yaml'
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
          forwardAuth: { address: `http://${site.decisions}/authz/traefik`, trustForwardHeader: false, authResponseHeaders: site.identity },
        },
      },
    },
  }
  return `${head(site, 'For the file provider. Put both on a router: middlewares: [countersign-family, countersign].', 'Preflights are answered by a `headers` middleware before them.')}${stringify(document, { lineWidth: 0 })}`
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
    server_uri: { uri: `http://${site.decisions}`, cluster: 'countersign', timeout: '2s' },
    path_prefix: '/authz/envoy',
    ...(site.hasSecret ? { authorization_request: { headers_to_add: [SECRET] } } : {}),
    authorization_response: { allowed_upstream_headers: exact(site.identity) },
  }
  const removed = `# On the virtual host, so that nobody but the decision says who the caller is:\n${stringify({ request_headers_to_remove: site.family }, { lineWidth: 0 }).replaceAll(/^/gm, '# ').trimEnd()}\n`
  return `${envoyHead(site, site.decisions)}${removed}${filter({ allowed_headers: { patterns: [{ safe_regex: { regex: '.*' } }] }, http_service: service })}`
}

/** The HTTP filter of Envoy, which asks over gRPC. Not tried with Envoy itself. */
export function printEnvoyGrpc(site: Site): string {
  if (site.grpc === undefined) throw new TypeError('`forwardAuth.grpc` is not configured; write where Envoy may ask, such as `grpc: 127.0.0.1:8083`')
  const service = {
    envoy_grpc: { cluster_name: 'countersign' },
    timeout: '2s',
    ...(site.hasSecret ? { initial_metadata: [SECRET] } : {}),
  }
  return `${envoyHead(site, `${site.grpc}, in HTTP/2 (\`http2_protocol_options: {}\`)`)}${filter({ grpc_service: service })}`
}

function envoyHead(site: Site, where: string): string {
  return head(
    site,
    'The first of `http_filters`. Needs `use_remote_address: true` in the connection manager and a cluster `countersign`.',
    `The cluster leads to ${where}.`,
  )
}

function filter(members: object): string {
  return stringify([{ name: 'envoy.filters.http.ext_authz', typed_config: { ...EXT_AUTHZ, ...members } }], { lineWidth: 0 })
}

/** The plugins of an APISIX route. Not tried with APISIX itself. */
export function printApisix(site: Site): string {
  refuseSecret(site, 'APISIX')
  const plugins = {
    'proxy-rewrite': { headers: { remove: site.family } },
    'forward-auth': {
      uri: `http://${site.decisions}/authz/apisix`,
      request_headers: ['Authorization', 'DPoP', 'X-Api-Key', 'Cookie', 'Origin', 'Access-Control-Request-Method'],
      upstream_headers: site.identity,
      client_headers: ANSWERED,
      timeout: 2000,
      status_on_error: 503,
      allow_degradation: false,
    },
  }
  return `${head(site, 'The plugins of a route. Preflights are answered by the `cors` plugin before them.')}${stringify({ plugins }, { lineWidth: 0 })}`
}

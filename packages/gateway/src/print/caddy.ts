import { MARK } from '../dialects/reply.ts'
import { CA_FILE, CERTIFICATE_FILE, filesOf, KEY_FILE, schemeOf, type Secured } from './secured.ts'
import { documentFor, DOWN, head, RETRY_AFTER, type Site } from './site.ts'

/** Caddy with the long form of `forward_auth`, so that a preflight's 204 is an answer and no "yes". */
export function printCaddy(site: Site): string {
  const names = [...site.identity.map((name) => name.toLowerCase()), ...site.family]
  const lines = [
    head(site, 'Import it in the Caddyfile. Tried with Caddy 2.6.2.', ...filesOf(site.secured, 'in $COUNTERSIGN_FILES, or else in /etc/caddy,')),
    `${addresses(site)} {`,
    ...bind(site),
    '\troute {',
    '\t\t# Whoever names a field in Connection has it removed behind us: our own as well.',
    `\t\t@countersign_nominated header_regexp Connection (?i)(${names.map((name) => name.replaceAll('-', '[-_]')).join('|')})`,
    '\t\thandle @countersign_nominated {',
    '\t\t\theader Content-Type application/problem+json',
    '\t\t\theader Cache-Control no-store',
    `\t\t\trespond \`${documentFor('malformed-request')}\` 400`,
    '\t\t}',
    '\t\t# Applications may take `_` for `-`; nginx passes on no such name either.',
    '\t\trequest_header -*_*',
    '\t\t# Nobody says who the caller is but the decision.',
    ...names.map((name) => `\t\trequest_header -${name}`),
    ...decision(site),
    ...site.apis.map(({ prefix, upstream, secure }) => `\t\treverse_proxy ${prefix === '' ? '' : `${prefix}* `}${secure ? 'https://' : ''}${upstream}`),
    '\t}',
    '\thandle_errors {',
    '\t\t@countersign_down expression `{http.error.status_code} in [502, 503, 504]`',
    '\t\thandle @countersign_down {',
    '\t\t\theader Content-Type application/problem+json',
    '\t\t\theader Cache-Control no-store',
    `\t\t\theader Retry-After ${RETRY_AFTER}`,
    `\t\t\trespond \`${DOWN}\` 503`,
    '\t\t}',
    '\t}',
    '}',
  ]
  return `${lines.join('\n')}\n`
}

function addresses({ listen, hosts }: Site): string {
  const port = listen.slice(listen.lastIndexOf(':') + 1)
  return hosts.length === 0 ? `http://:${port}` : hosts.map((host) => `http://${host}:${port}`).join(', ')
}

function bind({ listen }: Site): readonly string[] {
  return listen.includes(':') ? [`\tbind ${listen.slice(0, listen.lastIndexOf(':')).replaceAll(/[[\]]/g, '')}`] : []
}

function decision({ decisions, identity, hasSecret, secured }: Site): readonly string[] {
  return [
    `\t\treverse_proxy ${schemeOf(secured)}://${decisions} {`,
    '\t\t\tmethod GET',
    '\t\t\trewrite /authz/caddy',
    '\t\t\theader_up X-Forwarded-Method {http.request.method}',
    '\t\t\theader_up X-Forwarded-Uri {http.request.uri}',
    '\t\t\theader_up X-Countersign-Request {http.request.uuid}',
    '\t\t\theader_up -X-Original-*',
    ...(hasSecret ? ['\t\t\theader_up X-Countersign-Secret {$COUNTERSIGN_SECRET}'] : []),
    '\t\t\ttransport http {',
    '\t\t\t\tdial_timeout 1s',
    '\t\t\t\tresponse_header_timeout 2s',
    ...tls(secured),
    '\t\t\t}',
    '\t\t\t# Any other answer is the answer to the caller.',
    '\t\t\t@countersign_allowed {',
    '\t\t\t\tstatus 200',
    `\t\t\t\theader ${MARK} allow`,
    '\t\t\t}',
    '\t\t\thandle_response @countersign_allowed {',
    ...identity.map((name) => `\t\t\t\trequest_header ${name} {http.reverse_proxy.header.${name}}`),
    '\t\t\t}',
    '\t\t}',
  ]
}

function tls(secured: Secured | undefined): readonly string[] {
  if (secured === undefined) return []
  const folder = '{$COUNTERSIGN_FILES:/etc/caddy}'
  return [
    `\t\t\t\ttls_server_name ${secured.name}`,
    `\t\t\t\ttls_trusted_ca_certs ${folder}/${CA_FILE}`,
    ...(secured.shows ? [`\t\t\t\ttls_client_auth ${folder}/${CERTIFICATE_FILE} ${folder}/${KEY_FILE}`] : []),
  ]
}

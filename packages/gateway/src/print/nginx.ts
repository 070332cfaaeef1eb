import { NGINX_FIELDS } from '../dialects/nginx.ts'
import { MARK, NO, TRUE_PROBLEM, TRUE_STATUS, WHO } from '../dialects/reply.ts'
import { REFUSALS } from '../proxy/refusals.ts'
import { CA_FILE, CERTIFICATE_FILE, filesOf, KEY_FILE, schemeOf, type Secured } from './secured.ts'
import { DOWN, head, RETRY_AFTER, variable, type PrintedApi, type Site } from './site.ts'

/** Fields of a refusal that come to the caller with `auth_request`; every name costs a variable. */
const CARRIED = [
  'Cache-Control',
  'Retry-After',
  'Allow',
  'Link',
  'Set-Cookie',
  'Vary',
  'DPoP-Nonce',
  'Access-Control-Allow-Origin',
  'Access-Control-Allow-Credentials',
  'Access-Control-Allow-Methods',
  'Access-Control-Allow-Headers',
  'Access-Control-Expose-Headers',
  'Access-Control-Max-Age',
  MARK,
]

/** Statuses that nginx cannot carry by itself and that are made again: a preflight's, those of the decision, those of the message. */
const STATUSES = [...new Set([204, 400, 404, 429, 500, 503, ...Object.values(REFUSALS).map(({ status }) => status)])].toSorted((a, b) => a - b)

/** Where a browser that navigates is sent to log in (RFC 9110 section 15.4.4). */
const SEE_OTHER = 303

const BESIDE = 'beside nginx.conf'

/** nginx with `auth_request`: nginx streams uploads, and refuses them before it has read them. */
export function printNginx(site: Site): string {
  const text = [
    head(site, 'Include it in the `http` block. Needs ngx_http_auth_request_module.', ...filesOf(site.secured, BESIDE)),
    ...common(site),
    '# auth_request takes any 2xx for "yes": nothing goes on unless the gateway itself said so.',
    ...site.apis.map((api) => `map $countersign_${variable(MARK)} $countersign_gate_${api.name} { default ''; allow ${addressOf(api)}; }`),
    ...server(site, [
      ...decisionLocation(site),
      ...denials(),
      ...site.apis.flatMap((api) => [
        `  location ${api.prefix === '' ? '/' : api.prefix} {`,
        '    auth_request /_countersign;',
        `    auth_request_set $countersign_status $upstream_http_${variable(TRUE_STATUS)};`,
        `    auth_request_set $countersign_problem $upstream_http_${variable(TRUE_PROBLEM)};`,
        '    auth_request_set $countersign_challenge $upstream_http_www_authenticate;',
        '    auth_request_set $countersign_location $upstream_http_location;',
        ...[...CARRIED, ...site.identity].map((name) => `    auth_request_set $countersign_${variable(name)} $upstream_http_${variable(name)};`),
        '    # Without `=`, or nginx would ask for the content (100) before it refuses.',
        `    error_page ${WHO} @countersign_who;`,
        '    # The `=` lets the location choose the status.',
        `    error_page ${NO} = @countersign_no;`,
        '    error_page 500 = @countersign_down;',
        ...toApplication(site, `$countersign_gate_${api.name}`),
        '  }',
      ]),
    ]),
  ]
  return `${text.join('\n')}\n`
}

/** nginx with the decision as its first upstream: everything survives, in one call. */
export function printNginxAccel(site: Site): string {
  const text = [
    head(
      site,
      'Include it in the `http` block. The decision is the first upstream; its X-Accel-Redirect leads on.',
      'nginx reads the content of a request before it asks: for large uploads take `print-config nginx`.',
      ...filesOf(site.secured, BESIDE),
    ),
    ...common(site),
    ...server(site, [
      ...site.apis.flatMap((api) => [
        `  location ${api.prefix === '' ? '/' : api.prefix} {`,
        `    set $countersign_app ${addressOf(api)};`,
        ...ask(site, `/authz/nginx-accel${api.prefix}/`),
        '    error_page 502 504 = @countersign_down;',
        '  }',
      ]),
      '  # Reached only by an answer of the decision.',
      '  location @countersign_app {',
      '    # Copied before the answer of the application replaces them.',
      ...site.identity.map((name) => `    set $countersign_${variable(name)} $upstream_http_${variable(name)};`),
      ...toApplication(site, '$countersign_app'),
      '  }',
    ]),
  ]
  return `${text.join('\n')}\n`
}

function addressOf({ name, secure }: PrintedApi): string {
  return `${secure ? 'https' : 'http'}://countersign_app_${name}`
}

function common({ decisions, apis }: Site): readonly string[] {
  return [
    'upstream countersign {',
    `  server ${decisions};`,
    '  keepalive 16;',
    '}',
    ...apis.flatMap(({ name, upstream }: PrintedApi) => [`upstream countersign_app_${name} {`, `  server ${upstream};`, '  keepalive 16;', '}']),
    "map $http_upgrade $countersign_connection { default upgrade; '' ''; }",
    '# $host is what nginx routes by, and has no port.',
    "map $http_host $countersign_port { default ''; '~(?<countersign_found>:\\d+)$' $countersign_found; }",
  ]
}

function server({ listen, hosts }: Site, content: readonly string[]): readonly string[] {
  return [
    'server {',
    `  listen ${listen};`,
    `  server_name ${hosts.length === 0 ? '_' : hosts.join(' ')};`,
    '  underscores_in_headers off;',
    '  server_tokens off;',
    '  # What leads to a login page stays as it was said, whatever port nginx has.',
    '  absolute_redirect off;',
    ...content,
    '  location @countersign_down {',
    '    internal;',
    '    default_type application/problem+json;',
    '    add_header Cache-Control no-store always;',
    `    add_header Retry-After ${RETRY_AFTER} always;`,
    `    return 503 '${DOWN}';`,
    '  }',
    '}',
  ]
}

function decisionLocation(site: Site): readonly string[] {
  return ['  location = /_countersign {', '    internal;', ...ask(site, '/authz/nginx'), '  }']
}

function ask({ hasSecret, secured }: Site, path: string): readonly string[] {
  const { method, uri, host, client, proto, id } = NGINX_FIELDS
  return [
    `    proxy_pass ${schemeOf(secured)}://countersign${path};`,
    ...tls(secured),
    '    proxy_http_version 1.1;',
    '    proxy_set_header Connection "";',
    '    proxy_pass_request_body off;',
    '    proxy_set_header Content-Length "";',
    '    proxy_set_header Host $host;',
    '    # What a caller sends under these names is overwritten.',
    `    proxy_set_header ${method} $request_method;`,
    `    proxy_set_header ${uri} $request_uri;`,
    `    proxy_set_header ${host} $host$countersign_port;`,
    `    proxy_set_header ${client} $remote_addr;`,
    `    proxy_set_header ${proto} $scheme;`,
    `    proxy_set_header ${id} $request_id;`,
    ...(hasSecret ? ['    # One line: proxy_set_header X-Countersign-Secret "…";', '    include countersign-secret.conf;'] : []),
    '    proxy_buffer_size 16k;',
    '    proxy_buffers 4 16k;',
    '    proxy_connect_timeout 1s;',
    '    proxy_read_timeout 2s;',
    '    proxy_next_upstream off;',
  ]
}

function tls(secured: Secured | undefined): readonly string[] {
  if (secured === undefined) return []
  return [
    `    proxy_ssl_name ${secured.name};`,
    '    proxy_ssl_server_name on;',
    '    proxy_ssl_verify on;',
    `    proxy_ssl_trusted_certificate ${CA_FILE};`,
    ...(secured.shows ? [`    proxy_ssl_certificate ${CERTIFICATE_FILE};`, `    proxy_ssl_certificate_key ${KEY_FILE};`] : []),
  ]
}

/** Makes the answer again of what the decision said in fields. */
function denials(): readonly string[] {
  const fields = CARRIED.map((name) => `    add_header ${name} $countersign_${variable(name)} always;`)
  return [
    '  location @countersign_who {',
    '    internal;',
    '    default_type application/problem+json;',
    '    # nginx itself adds the challenge.',
    ...fields,
    `    return ${WHO} $countersign_problem;`,
    '  }',
    '  location @countersign_no {',
    '    internal;',
    '    default_type application/problem+json;',
    '    add_header WWW-Authenticate $countersign_challenge always;',
    ...fields,
    `    if ($countersign_status = ${SEE_OTHER}) { return ${SEE_OTHER} $countersign_location; }`,
    ...STATUSES.map((status) => `    if ($countersign_status = ${status}) { return ${status}${status === 204 ? '' : ' $countersign_problem'}; }`),
    `    return ${NO} $countersign_problem;`,
    '  }',
  ]
}

function toApplication({ identity, family }: Site, address: string): readonly string[] {
  return [
    `    # No path behind the address: the application gets byte for byte what was judged.`,
    `    proxy_pass ${address};`,
    '    proxy_http_version 1.1;',
    '    proxy_set_header Host $http_host;',
    '    proxy_set_header Upgrade $http_upgrade;',
    '    proxy_set_header Connection $countersign_connection;',
    '    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
    '    proxy_set_header X-Forwarded-Proto $scheme;',
    '    # Who the caller is, and nothing that a caller says about that.',
    ...identity.map((name) => `    proxy_set_header ${name} $countersign_${variable(name)};`),
    ...family.map((name) => `    proxy_set_header ${name} "";`),
  ]
}

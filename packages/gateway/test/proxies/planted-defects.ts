import type { DefectName } from '@countersign/gateway'
import type { Ports } from './bad-configurations.ts'
import type { PROGRAMS } from './programs.ts'
import type { Told } from './site.ts'

/** One mistake in what is printed. */
export type Mistake = (told: Told, ports: Ports) => Told

/** `together`: the bad configuration of that proxy has it, among others. A text: why that proxy cannot have it. */
export type Plant = 'together' | { readonly alone: Mistake } | { readonly never: string }

type Program = keyof typeof PROGRAMS

/** Throws if the place is not there, so that no test goes on with what was printed. */
function replaced(text: string, place: string, by: string): string {
  if (!text.includes(place)) throw new Error(`\`${place}\` is not printed`)
  return text.replace(place, () => by)
}

const instead = (place: string, by: (ports: Ports) => string): Plant => ({
  alone: ({ printed, extra }, ports) => ({ printed: replaced(printed, place, by(ports)), extra }),
})
const before = (place: string, more: (ports: Ports) => string): Plant => instead(place, (ports) => `${more(ports)}\n${place}`)
const inScript = (place: string, by: string): Plant => ({ alone: ({ printed, extra }) => ({ printed, extra: replaced(extra, place, by) }) })
const never = (why: string): Plant => ({ never: why })

/** Where more can be said. */
const [NGINX, LOCATION, CADDY, HAPROXY, APACHE] = [
  '  location = /_countersign {',
  '    auth_request /_countersign;',
  '\t\t# Nobody says who the caller is but the decision.',
  '  http-request lua.countersign',
  '  ProxyPass / http',
]
const CADDY_DOWN = '\t\thandle @countersign_down {'
const CADDY_DECISION = '\t\t\t# Any other answer is the answer to the caller.'

const DOES_NOT_OBEY = never('it passes on no `Connection` of a caller, and takes away no field because of it')

/** Each defect in each of the proxies that run here. */
export const PLANTED: Readonly<Record<DefectName, Readonly<Record<Program, Plant>>>> = {
  'not-asked': {
    nginx: before(NGINX, ({ application }) => `  location = /admin { proxy_pass http://127.0.0.1:${application}; }`),
    caddy: before(CADDY, ({ application }) => `\t\t@some path /admin\n\t\treverse_proxy @some 127.0.0.1:${application}`),
    haproxy: instead(HAPROXY, () => `${HAPROXY} unless { path /admin }`),
    apache: 'together',
  },
  'caller-believed': {
    nginx: 'together',
    caddy: instead(
      'X-Forwarded-Method {http.request.method}',
      () => 'X-Forwarded-Method {http.request.method}\n\t\t\theader_up X-Forwarded-Method {http.request.header.X-Forwarded-Method}',
    ),
    haproxy: 'together',
    apache: never('it asks nobody: the gateway reads the request itself'),
  },
  'path-rewritten': {
    nginx: 'together',
    caddy: instead('X-Forwarded-Uri {http.request.uri}', () => 'X-Forwarded-Uri {http.request.uri.path}'),
    haproxy: inScript('{ txn.sf:pathq() }', '{ (txn.sf:pathq():gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)) }'),
    apache: 'together',
  },
  'identity-forged': { nginx: 'together', caddy: 'together', haproxy: 'together', apache: 'together' },
  'identity-missing': {
    nginx: 'together',
    caddy: instead('\t\t\t\trequest_header X-Countersign-Subject {http.reverse_proxy.header.X-Countersign-Subject}\n', () => ''),
    haproxy: inScript('txn.http:req_set_header(name, value[0])', ''),
    apache: 'together',
  },
  'identity-removed': { nginx: DOES_NOT_OBEY, caddy: 'together', haproxy: DOES_NOT_OBEY, apache: never('the gateway behind it writes the fields') },
  'websocket-open': {
    nginx: 'together',
    caddy: 'together',
    haproxy: 'together',
    apache: before(APACHE, ({ application }) => `  ProxyPass /orders http://127.0.0.1:${application}/orders upgrade=websocket`),
  },
  'decision-exposed': {
    nginx: 'together',
    caddy: 'together',
    haproxy: {
      alone: ({ printed, extra }, { decisions }) => ({
        printed: `${replaced(printed, HAPROXY, `${HAPROXY} unless { path_beg /authz/ }\n  use_backend decisions if { path_beg /authz/ }`)}\nbackend decisions\n  mode http\n  timeout connect 5s\n  timeout server 5s\n  server one 127.0.0.1:${decisions}\n`,
        extra,
      }),
    },
    apache: before(APACHE, ({ decisions }) => `  ProxyPass /authz/ http://127.0.0.1:${decisions}/authz/`),
  },
  'open-when-down': {
    nginx: 'together',
    caddy: instead(CADDY_DOWN, ({ application }) => `\t\thandle @countersign_down {\n\t\t\treverse_proxy 127.0.0.1:${application}\n\t\t}\n${CADDY_DOWN}`),
    haproxy: 'together',
    apache: never('what it forwards to is the gateway: while that is down there is nothing behind it'),
  },
  'no-answer': {
    nginx: before(NGINX, () => '  location = /admin { return 444; }'),
    caddy: before(CADDY, () => '\t\t@some path /admin\n\t\tabort @some'),
    haproxy: before(HAPROXY, () => '  http-request reject if { path /admin }'),
    apache: never('it answers everything'),
  },
  'status-lost': {
    nginx: 'together',
    caddy: instead(CADDY_DECISION, () => '\t\t\t@none status 404\n\t\t\thandle_response @none {\n\t\t\t\trespond 403\n\t\t\t}'),
    haproxy: inScript('status = answer.status', 'status = 403'),
    apache: before(APACHE, () => '  <Location /countersign-doctor-0>\n    Require all denied\n  </Location>'),
  },
  'challenge-lost': {
    nginx: 'together',
    caddy: instead(CADDY_DECISION, () => '\t\t\theader_down -WWW-Authenticate'),
    haproxy: 'together',
    apache: 'together',
  },
  'content-lost': {
    nginx: 'together',
    caddy: instead(CADDY_DECISION, () => '\t\t\theader_down Content-Type text/html'),
    haproxy: 'together',
    apache: 'together',
  },
  'fields-lost': { nginx: 'together', caddy: instead(CADDY_DECISION, () => '\t\t\theader_down -Cache-Control'), haproxy: 'together', apache: 'together' },
  'head-differs': {
    nginx: before(LOCATION, () => '    if ($request_method = HEAD) { return 403; }'),
    caddy: 'together',
    haproxy: before(HAPROXY, () => '  http-request deny deny_status 403 if METH_HEAD'),
    apache: before(APACHE, () => '  <If "%{REQUEST_METHOD} == \'HEAD\'">\n    Require all denied\n  </If>'),
  },
  'preflight-lost': {
    nginx: 'together',
    caddy: 'together',
    haproxy: 'together',
    apache: before(APACHE, () => '  <If "%{REQUEST_METHOD} == \'OPTIONS\'">\n    Require all denied\n  </If>'),
  },
  'large-header-fails': {
    nginx: 'together',
    caddy: before(CADDY, () => '\t\t@large expression `size({http.request.header.X-Countersign-Doctor}) > 4000`\n\t\trespond @large 431'),
    haproxy: before(HAPROXY, () => '  http-request deny deny_status 400 if { req.hdr(x-countersign-doctor),length gt 4000 }'),
    apache: before(APACHE, () => '  LimitRequestFieldSize 4000'),
  },
  'outage-untold': {
    nginx: instead('    error_page 500 = @countersign_down;', () => ''),
    caddy: 'together',
    haproxy: inScript('if mark == nil then return down(txn) end', 'if mark == nil then return txn:done(txn:reply({ status = 500 })) end'),
    apache: 'together',
  },
}

/** What is to be seen only while the gateway is stopped. */
export const WHILE_DOWN: ReadonlySet<DefectName> = new Set(['open-when-down', 'outage-untold'])

import { NO, WHO } from '../dialects/reply.ts'
import type { DefectName } from './defects.ts'

/** The proxies for which there is advice of their own. */
export const PROXY_NAMES = ['nginx', 'caddy', 'haproxy', 'apache', 'traefik', 'envoy', 'apisix'] as const

export type ProxyName = (typeof PROXY_NAMES)[number]

type Own = 'nginx' | 'caddy' | 'haproxy' | 'apache'
type Advice = Readonly<Record<Own | 'other', string>>

const LUA_REPLY = 'give the caller the whole answer with `txn:reply`, all values of every field, as the printed `countersign.lua` does'
const APACHE_WHOLE = 'set `ProxyErrorOverride Off`, and let no `ErrorDocument` stand for answers of the gateway'
const CADDY_LONG = 'take the printed `reverse_proxy` with `handle_response` for exactly 200: every other answer then goes to the caller as it is'
const NGINX_LOCATIONS = 'make the answer again in the printed `@countersign_no` and `@countersign_who`, or take `print-config nginx-accel`'

/** What mends a defect, for each proxy. */
const FIXES: Readonly<Record<DefectName, Advice>> = {
  'not-asked': {
    nginx: 'put `auth_request /_countersign;` into every location that leads to the application, not only into some',
    caddy: 'let the decision stand first inside of `route`, before every `reverse_proxy` to the application and without a matcher',
    haproxy: 'call `http-request lua.countersign` in the frontend, without a condition',
    apache: 'let `ProxyPass /` lead to the gateway and nothing past it to the application',
    other: 'put the decision before every route that leads to the application',
  },
  'caller-believed': {
    nginx: 'set each `X-Original-*` with `proxy_set_header` from `$request_method`, `$request_uri` and `$remote_addr`, never from `$http_…`',
    caddy: 'send `X-Forwarded-Method` and `X-Forwarded-Uri` from placeholders of Caddy, and take `X-Original-*` away with `header_up -X-Original-*`',
    haproxy: 'let the script set `x-original-*` from `txn.sf:method()` and `txn.sf:pathq()`, whatever the caller sent',
    apache: 'take `X-Forwarded-*` of callers away with `RequestHeader unset … early`',
    other: 'overwrite the fields that say what is asked about; take away what a caller sends under their names',
  },
  'path-rewritten': {
    nginx: 'send `$request_uri` and not `$uri`, and name no path behind the address in `proxy_pass`',
    caddy: 'send `{http.request.uri}`, and change the path neither before the decision nor after it (`rewrite`, `uri`, `handle_path`)',
    haproxy: 'send `txn.sf:pathq()`, and have no `http-request normalize-uri` or `set-path`',
    apache: 'write `nocanon` behind `ProxyPass`, with `AllowEncodedSlashes NoDecode` and `MergeSlashes Off`',
    other: 'turn off whatever normalises paths, before the decision and after it',
  },
  'identity-forged': {
    nginx: 'empty every field of the printed list with `proxy_set_header NAME "";` and leave `underscores_in_headers off`',
    caddy: 'take the printed fields away with `request_header -NAME`, and `request_header -*_*`, inside of `route` and before the decision',
    haproxy: 'let the script delete every field of the printed list, with `-` for `_`',
    apache: 'let requests go to the gateway alone: it takes them away; between it and the application nothing may add them',
    other: 'take away every field that can say who a caller is, in every spelling, before the decision is copied',
  },
  'identity-missing': {
    nginx: 'copy each field with `auth_request_set` and set it with `proxy_set_header`',
    caddy: 'copy each field with `request_header` in `handle_response`; what stands outside of `route` may run later and delete it',
    haproxy: 'set each field with `txn.http:req_set_header` after the decision',
    apache: 'let requests go to the gateway, and not past it',
    other: 'copy the fields of the decision to the request for the application',
  },
  'identity-removed': {
    nginx: 'set `proxy_set_header Connection` to a value of your own, never to `$http_connection`',
    caddy: 'refuse requests whose `Connection` names one of the fields, as the printed `@countersign_nominated` does',
    haproxy: 'set the fields after the decision; do not pass on `Connection` of the caller',
    apache: 'let requests go to the gateway, which takes `Connection` apart before it adds the fields',
    other: 'refuse requests whose `Connection` names one of the fields',
  },
  'websocket-open': {
    nginx: 'ask in the location for WebSockets as well; an `if ($http_upgrade)` must not lead past `auth_request`',
    caddy: 'let no matcher for `Upgrade` lead to the application before the decision',
    haproxy: 'let no `use_backend` or ACL for `Upgrade` keep the decision from being asked',
    apache: 'let `upgrade=websocket` lead to the gateway, and no `RewriteRule` past it',
    other: 'ask for handshakes as well',
  },
  'decision-exposed': {
    nginx: 'write `internal;` into the location that asks, and let none lead to the port of `forwardAuth`',
    caddy: 'let no `reverse_proxy` for callers lead to the port of `forwardAuth`',
    haproxy: 'let no backend lead to the port of `forwardAuth`',
    apache: 'let no `ProxyPass` lead to the port of `forwardAuth`',
    other: 'let no route lead to the port of `forwardAuth`',
  },
  'open-when-down': {
    nginx: 'let `error_page 500` of the asking location lead to 503, never to the application',
    caddy: 'let `handle_errors` answer 503 and never call `reverse_proxy` to the application',
    haproxy: 'let the script answer 503 where there is no answer or none with `X-Countersign-Answer`',
    apache: 'have no second `BalancerMember` or `ProxyPass` that leads past the gateway',
    other: 'fail closed: no setting such as `failure_mode_allow` or `allow_degradation`',
  },
  'no-answer': {
    nginx: 'give the decision `proxy_connect_timeout 1s` and `proxy_read_timeout 2s`, and look into the error log',
    caddy: 'give the decision `dial_timeout 1s` and `response_header_timeout 2s`, which have no default, and look into the log',
    haproxy: 'call the decision with `timeout = 2000`, and look into the log for a script that failed',
    apache: 'write `connectiontimeout=1 timeout=60` behind `ProxyPass`, and look into the error log',
    other: 'give the decision a time limit of some seconds',
  },
  'status-lost': {
    nginx: `nginx knows ${WHO} and ${NO} alone and makes 500 of others: ${NGINX_LOCATIONS}`,
    caddy: CADDY_LONG,
    haproxy: LUA_REPLY,
    apache: APACHE_WHOLE,
    other: 'pass the status of the decision on',
  },
  'challenge-lost': {
    nginx: `add \`WWW-Authenticate\` from \`$upstream_http_www_authenticate\` where the answer is ${NO}, and not where it is ${WHO}: ${NGINX_LOCATIONS}`,
    caddy: CADDY_LONG,
    haproxy: LUA_REPLY,
    apache: `${APACHE_WHOLE}; do not change \`WWW-Authenticate\` with \`Header\``,
    other: 'pass every `WWW-Authenticate` on, once',
  },
  'content-lost': {
    nginx: `auth_request drops content: ${NGINX_LOCATIONS}`,
    caddy: CADDY_LONG,
    haproxy: LUA_REPLY,
    apache: APACHE_WHOLE,
    other: 'pass the content of the decision on, with its Content-Type',
  },
  'fields-lost': {
    nginx: `auth_request keeps \`WWW-Authenticate\` alone: ${NGINX_LOCATIONS}`,
    caddy: CADDY_LONG,
    haproxy: LUA_REPLY,
    apache: `${APACHE_WHOLE}; do not change \`Cache-Control\`, \`Allow\` or \`Retry-After\` with \`Header\``,
    other: 'pass every field of the decision on',
  },
  'head-differs': {
    nginx: 'send `$request_method` as `X-Original-Method`, and treat HEAD as every other method',
    caddy: 'send `{http.request.method}` as `X-Forwarded-Method`, and treat HEAD as every other method',
    haproxy: 'send `txn.sf:method()`, and treat HEAD as every other method',
    apache: 'let HEAD go to the gateway as every other method',
    other: 'treat HEAD as every other method',
  },
  'preflight-lost': {
    nginx: `auth_request takes a 204 for "yes": ${NGINX_LOCATIONS}`,
    caddy: `\`forward_auth\` takes a 204 for "yes": ${CADDY_LONG}`,
    haproxy: 'let the script go on for exactly 200, and give every other answer to the caller',
    apache: 'let OPTIONS go to the gateway as every other method, and add no CORS fields of your own',
    other: 'answer preflights before the decision, or pass the 204 of the decision on',
  },
  'large-header-fails': {
    nginx: 'leave `large_client_header_buffers` and `proxy_buffer_size` at 8k and more',
    caddy: 'leave `max_header_size` of the server at 8 KB and more',
    haproxy: 'leave `tune.bufsize` at 16384 and more',
    apache: 'leave `LimitRequestFieldSize` at 8190',
    other: 'allow at least 8 KB of fields',
  },
  'outage-untold': {
    nginx: 'let `error_page 500` (with nginx-accel: `502 504`) lead to the printed `@countersign_down`',
    caddy: 'add the printed `handle_errors`, and `dial_timeout` and `response_header_timeout` for the decision',
    haproxy: 'call `down(txn)` of the printed script where no answer comes',
    apache: 'write the printed `ErrorDocument 503` and the fields that belong to it, and `connectiontimeout=1` behind `ProxyPass`',
    other: 'answer 503 with `Retry-After` and `Cache-Control: no-store` where no decision comes',
  },
}

/** How a defect is mended, in a sentence; without a proxy that is known, for any of them. */
export function fixFor(defect: DefectName, proxy: ProxyName | undefined): string {
  const own = proxy === 'nginx' || proxy === 'caddy' || proxy === 'haproxy' || proxy === 'apache' ? proxy : 'other'
  const { [own]: fix } = FIXES[defect]
  return own === 'other' && proxy !== undefined ? `${fix} (\`countersign print-config ${proxy}\` shows where)` : fix
}

/** Which proxy answers, by its `Server`; HAProxy has none. */
export function proxyOf(servers: readonly string[]): ProxyName | undefined {
  const [first = ''] = servers.map((server) => server.toLowerCase())
  return PROXY_NAMES.find((name) => first.startsWith(name))
}

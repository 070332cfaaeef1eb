import type { DefectName } from '@countersign/gateway'
import type { PROGRAMS } from './programs.ts'
import type { Told } from './site.ts'

/** Where things are. */
export interface Ports {
  readonly proxy: number
  readonly decisions: number
  readonly gateway: number
  readonly application: number
}

/** A configuration that somebody could have written, and what is wrong with it. */
export interface Bad {
  readonly name: keyof typeof PROGRAMS
  readonly write: (told: Told, ports: Ports) => Told
  readonly defects: readonly DefectName[]
  /** What is wrong with it once the gateway is stopped. */
  readonly stopped: readonly DefectName[]
}

/** nginx as tutorials have it: no named locations, no identity, `$uri`, the caller's method, WebSockets past the decision, open when it fails. */
const nginx = ({ proxy, decisions, application }: Ports): string => `
upstream decisions { server 127.0.0.1:${decisions}; }
upstream app { server 127.0.0.1:${application}; }
map $http_x_original_method $asked_method { default $http_x_original_method; '' $request_method; }
server {
  listen 127.0.0.1:${proxy};
  underscores_in_headers on;
  large_client_header_buffers 4 4k;
  location / {
    set $asked $uri;
    error_page 418 = @websocket;
    error_page 500 = @app;
    if ($http_upgrade) { return 418; }
    auth_request /ask;
    proxy_pass http://app;
  }
  location @app { proxy_pass http://app; }
  location @websocket {
    proxy_pass http://app;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection upgrade;
  }
  location /authz/ { proxy_pass http://decisions; }
  location = /ask {
    internal;
    proxy_pass http://decisions/authz/nginx;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
    proxy_set_header X-Original-Method $asked_method;
    proxy_set_header X-Original-URI $asked;
    proxy_set_header X-Original-Host $http_host;
    proxy_set_header X-Original-Client $remote_addr;
    proxy_set_header X-Original-Proto $scheme;
  }
}
`

/** Caddy with the short form and nothing taken away; HEAD and WebSockets go past it. */
const caddy = ({ proxy, decisions, application }: Ports): string => `
http://:${proxy} {
	bind 127.0.0.1
	@websocket header Upgrade websocket
	handle @websocket {
		reverse_proxy 127.0.0.1:${application}
	}
	@look method HEAD
	handle @look {
		reverse_proxy 127.0.0.1:${application}
	}
	handle /authz/* {
		reverse_proxy 127.0.0.1:${decisions}
	}
	handle {
		forward_auth 127.0.0.1:${decisions} {
			uri /authz/caddy
			copy_headers X-Countersign-Subject
		}
		reverse_proxy 127.0.0.1:${application}
	}
}
`

/** The printed script, which believes the caller, takes nothing away, answers with the status alone and is open when it fails. */
const haproxyLua = (lua: string): string =>
  lua
    .replace('headers["x-original-uri"] = { txn.sf:pathq() }', 'headers["x-original-uri"] = headers["x-forwarded-uri"] or { txn.sf:path() }')
    .replace('if taken[(name:gsub("_", "-"))] then', 'if false then')
    .replace('if mark == nil then return down(txn) end', 'if mark == nil then return end')
    .replace(/local reply = txn:reply\(\{ status = answer\.status[^]*?txn:done\(reply\)/, 'txn:done(txn:reply({ status = answer.status }))')

/** The decision is not asked about WebSockets. */
const haproxy = (printed: string): string =>
  printed.replace('http-request lua.countersign', 'http-request lua.countersign unless { req.hdr(Upgrade) -i websocket }')

/** Apache with pages of its own, paths as it reads them, and some past the gateway. */
const apache = ({ proxy, gateway, application }: Ports): string => `
Listen 127.0.0.1:${proxy}
<VirtualHost *:${proxy}>
  ProxyRequests Off
  ProxyPreserveHost On
  ProxyErrorOverride On
  Header always unset Cache-Control
  ProxyPass /admin http://127.0.0.1:${application}/admin
  ProxyPass /echo http://127.0.0.1:${application}/echo
  ProxyPass / http://127.0.0.1:${gateway}/ connectiontimeout=1
</VirtualHost>
`

/** One for each of the programs. */
export const BAD: readonly Bad[] = [
  {
    name: 'nginx',
    write: ({ extra }, ports) => ({ printed: nginx(ports), extra }),
    defects: [
      'caller-believed',
      'challenge-lost',
      'content-lost',
      'decision-exposed',
      'fields-lost',
      'identity-forged',
      'identity-missing',
      'large-header-fails',
      'path-rewritten',
      'preflight-lost',
      'status-lost',
      'websocket-open',
    ],
    stopped: ['open-when-down'],
  },
  {
    name: 'caddy',
    write: ({ extra }, ports) => ({ printed: caddy(ports), extra }),
    defects: ['decision-exposed', 'head-differs', 'identity-forged', 'identity-removed', 'preflight-lost', 'websocket-open'],
    stopped: ['outage-untold'],
  },
  {
    name: 'haproxy',
    write: ({ printed, extra }) => ({ printed: haproxy(printed), extra: haproxyLua(extra) }),
    defects: ['caller-believed', 'challenge-lost', 'content-lost', 'fields-lost', 'identity-forged', 'preflight-lost', 'websocket-open'],
    stopped: ['open-when-down'],
  },
  {
    name: 'apache',
    write: ({ extra }, ports) => ({ printed: apache(ports), extra }),
    defects: ['challenge-lost', 'content-lost', 'fields-lost', 'identity-forged', 'identity-missing', 'not-asked', 'path-rewritten'],
    stopped: ['outage-untold'],
  },
]

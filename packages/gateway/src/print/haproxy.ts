import { NGINX_FIELDS } from '../dialects/nginx.ts'
import { MARK } from '../dialects/reply.ts'
import { CA_FILE, CERTIFICATE_FILE, filesOf } from './secured.ts'
import { DOWN, head, RETRY_AFTER, type PrintedApi, type Site } from './site.ts'

/** The sections of HAProxy; the decision is asked for by the Lua action of `haproxy-lua`. */
export function printHaproxy(site: Site): string {
  const lines = [
    head(
      site,
      'Put `countersign.lua` (`print-config haproxy-lua`) beside it and load it in `global`:',
      '  lua-load /etc/haproxy/countersign.lua',
      ...files(site),
    ),
    'frontend countersign',
    '  mode http',
    `  bind ${site.listen.includes(':') ? site.listen : `*:${site.listen}`}`,
    '  timeout client 60s',
    ...hosts(site),
    '  unique-id-format %{+X}o%ci%cp%Ts%rt%pid',
    '  http-request set-var(txn.countersign_id) unique-id',
    '  # Asks, and either answers or goes on with the identity of the caller.',
    '  http-request lua.countersign',
    ...site.apis.filter(({ prefix }) => prefix !== '').map(({ name, prefix }) => `  use_backend countersign_app_${name} if { path -m beg ${prefix} }`),
    ...site.apis.filter(({ prefix }) => prefix === '').map(({ name }) => `  default_backend countersign_app_${name}`),
    ...site.apis.flatMap(backend),
    ...relay(site),
  ]
  return `${lines.join('\n')}\n`
}

function hosts({ hosts: names }: Site): readonly string[] {
  return names.length === 0 ? [] : [`  http-request deny deny_status 421 unless { req.hdr(host),field(1,:) -i ${names.join(' ')} }`]
}

function backend({ name, upstream, secure }: PrintedApi): readonly string[] {
  return [
    `backend countersign_app_${name}`,
    '  mode http',
    '  timeout connect 5s',
    '  timeout server 60s',
    '  timeout tunnel 1h',
    '  option forwardfor',
    `  server app ${upstream}${secure ? ' ssl verify required ca-file @system-ca' : ''}`,
  ]
}

/** Where the relay is found, for this machine alone. */
const RELAY = 'abns@countersign'

function files({ secured }: Site): readonly string[] {
  const folder = 'in the folder that HAProxy starts in, or in `ca-base` and `crt-base`,'
  return secured?.shows === true
    ? [...filesOf({ ...secured, shows: false }, folder), `Needs ${CERTIFICATE_FILE} there, with the key of this proxy in it as well.`]
    : filesOf(secured, folder)
}

/** HAProxy's client for Lua has no certificate and compares no name, and a server of HAProxy does both. */
function relay({ secured, decisions }: Site): readonly string[] {
  if (secured === undefined) return []
  const crt = secured.shows ? ` crt ${CERTIFICATE_FILE}` : ''
  return [
    '# The Lua action asks by way of this one. Whoever runs programs on this machine can ask here, too.',
    'listen countersign_gateway',
    '  mode http',
    `  bind ${RELAY}`,
    '  timeout client 3s',
    '  timeout connect 1s',
    '  timeout server 2s',
    '  retries 0',
    `  server gateway ${decisions} ssl verify required ca-file ${CA_FILE} sni str(${secured.name}) verifyhost ${secured.name}${crt}`,
  ]
}

/** The Lua action: one call of the decision with a time limit, and the whole answer to the caller. */
export function printHaproxyLua(site: Site): string {
  const { method, uri, host, client, proto, id } = NGINX_FIELDS
  const secret = 'local secret = assert(os.getenv("COUNTERSIGN_SECRET"), "COUNTERSIGN_SECRET is not set")\n'
  return [
    head(site, 'For HAProxy from 2.5 on.').replaceAll(/^#/gm, '--'),
    `local decisions = "http://${site.decisions}/authz/haproxy"\n`,
    `local relay = ${site.secured === undefined ? 'nil' : `"${RELAY}"`}\n`,
    site.hasSecret ? secret : '',
    tables(site),
    FIRST,
    `  headers["${method}"] = { txn.sf:method() }
  headers["${uri}"] = { txn.sf:pathq() }
  headers["${host}"] = { txn.sf:req_hdr("host") }
  headers["${client}"] = { txn.sf:src() }
  headers["${proto}"] = { txn.f:ssl_fc() == 1 and "https" or "http" }
  headers["${id}"] = { txn:get_var("txn.countersign_id") }
`,
    site.hasSecret ? '  headers["x-countersign-secret"] = { secret }\n' : '',
    LAST,
  ].join('')
}

function tables({ identity, family }: Site): string {
  const own = identity.map((name) => name.toLowerCase())
  const connection = ['host', 'connection', 'upgrade', 'expect', 'content-length', 'transfer-encoding', 'x-countersign-secret']
  return `-- What the application gets, and what no caller may send to it, with "-" for "_".
local identity = { ${quoted(own)} }
local taken = {}
for _, name in ipairs({ ${quoted([...own, ...family])} }) do taken[name] = true end
-- Of this connection, or set anew below.
local own = {}
for _, name in ipairs({ ${quoted([...connection, ...Object.values(NGINX_FIELDS)])} }) do own[name] = true end
`
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ')
}

const FIRST = `
local function down(txn)
  local reply = txn:reply({ status = 503, reason = "Service Unavailable", body = '${DOWN}' })
  reply:add_header("content-type", "application/problem+json")
  reply:add_header("cache-control", "no-store")
  reply:add_header("retry-after", "${RETRY_AFTER}")
  txn:done(reply)
end

core.register_action("countersign", { "http-req" }, function(txn)
  local headers = {}
  for name, values in pairs(txn.http:req_get_headers()) do
    if taken[(name:gsub("_", "-"))] then
      txn.http:req_del_header(name)
    elseif not own[name] then
      local list = {}
      for index = 0, #values do list[index + 1] = values[index] end
      headers[name] = list
    end
  end
`

const LAST = `  local answer = core.httpclient():get({ url = decisions, dst = relay, headers = headers, timeout = 2000 })
  local mark = answer.headers and answer.headers["${MARK.toLowerCase()}"]
  -- Something else listens there, or nothing.
  if mark == nil then return down(txn) end
  if answer.status == 200 and mark[0] == "allow" then
    for _, name in ipairs(identity) do
      local value = answer.headers[name]
      if value == nil then return down(txn) end
      txn.http:req_set_header(name, value[0])
    end
    return
  end
  local reply = txn:reply({ status = answer.status, reason = answer.reason, body = answer.body })
  for name, values in pairs(answer.headers) do
    if not own[name] and name ~= "keep-alive" then
      for index = 0, #values do reply:add_header(name, values[index]) end
    end
  end
  txn:done(reply)
end)
`

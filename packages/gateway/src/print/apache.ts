import type { Survives } from '../dialects/dialect.ts'
import { documentFor, DOWN, head, RETRY_AFTER, type Site } from './site.ts'

/** For answers that are Apache's own. Cache-Control comes last: the others ask whether it is there. */
const OWN_FIELDS = [
  ['Content-Type application/problem+json', '50[23]'],
  [`Retry-After ${RETRY_AFTER}`, '503'],
  ['Cache-Control no-store', '50[23]'],
] as const

/** Of answers of the gateway behind it. */
export const APACHE_SURVIVES: Survives = { statuses: 'all', challenges: 'all', body: 'yes', otherFields: 'all', preflight: 'answered' }

/**
 * Apache as a plain proxy before the gateway.
 *
 * No sub-request: Apache would send the application another path than the one that was judged, cuts content of
 * authorizers at 8 KB and makes it text/html.
 */
export function printApache(site: Site): string {
  const { listen, hosts, gateway } = site
  if (site.gatewaySecured)
    throw new TypeError('`listen.tls` is on, and the printed Apache speaks http to the gateway; let Apache have the certificate, and take `listen.tls` away')
  const [name, ...others] = hosts
  const lines = [
    head(
      site,
      'Apache before the gateway, which forwards to the applications itself.',
      'Needs mod_proxy, mod_proxy_http and mod_headers; from 2.4.47 on WebSockets come with them.',
      "The gateway has to believe Apache: network: { trustedProxies: ['127.0.0.1'] }",
    ),
    `Listen ${listen}`,
    `<VirtualHost *:${listen.slice(listen.lastIndexOf(':') + 1)}>`,
    ...(name === undefined ? [] : [`  ServerName ${name}`]),
    ...(others.length === 0 ? [] : [`  ServerAlias ${others.join(' ')}`]),
    '  ProxyRequests Off',
    '  ProxyPreserveHost On',
    '  # The gateway judges the path as the caller sent it.',
    '  AllowEncodedSlashes NoDecode',
    '  MergeSlashes Off',
    '  # What a caller says about itself; Apache adds its own X-Forwarded-For.',
    '  RequestHeader unset X-Forwarded-For early',
    '  RequestHeader unset Forwarded early',
    '  RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}',
    '  # Answers of the gateway stay as they are.',
    '  ProxyErrorOverride Off',
    '  # An answer without Cache-Control is none of the gateway.',
    ...OWN_FIELDS.map(([field, statuses]) => `  Header always set ${field} "expr=%{REQUEST_STATUS} =~ /^${statuses}$/ && -z resp('Cache-Control')"`),
    `  ErrorDocument 503 '${DOWN}'`,
    `  ErrorDocument 502 '${documentFor('bad-gateway')}'`,
    `  ProxyPass / http://${gateway}/ nocanon connectiontimeout=1 timeout=60 upgrade=websocket`,
    '</VirtualHost>',
  ]
  return `${lines.join('\n')}\n`
}

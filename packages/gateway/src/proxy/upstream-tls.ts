import { isIP } from 'node:net'
import type { Destination } from './ruling.ts'

/** What an upstream over https is trusted for, and who the gateway is to it. */
export interface UpstreamTls {
  /** The certificate authorities that count instead of those that Node knows. */
  readonly ca?: Buffer
  /** The gateway's own certificate and key. */
  readonly cert?: Buffer
  readonly key?: Buffer
  /** The name that the certificate must have, if it is not the host of the address. */
  readonly servername?: string
  /** Tells one such set from another. */
  readonly id: string
}

/** Options for a connection over TLS. Verification is on whatever the environment says, and nothing turns it off. */
export interface TlsOptions extends Omit<UpstreamTls, 'id'> {
  readonly servername: string
  readonly rejectUnauthorized: true
}

export function tlsOptions({ url, tls }: Destination): TlsOptions {
  const { id: _id, ...options } = tls ?? { id: '' }
  return { servername: nameOf(url), ...options, rejectUnauthorized: true }
}

/** RFC 6066 section 3: an address is no server name. Node and undici would else take the caller's Host. */
function nameOf({ hostname }: URL): string {
  const host = hostname.replace(/^\[|\]$/g, '')
  return isIP(host) === 0 ? host : ''
}

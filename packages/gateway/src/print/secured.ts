import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ListenConfig } from '../config/config.ts'

/** How a door is reached over TLS. */
export interface Secured {
  /** The host that the gateway's certificate is for. */
  readonly name: string
  /** Whether the proxy has to show a certificate of its own. */
  readonly shows: boolean
}

/** What a proxy needs beside its configuration to reach the gateway over TLS. */
export const CA_FILE = 'countersign-ca.pem'
export const CERTIFICATE_FILE = 'countersign-proxy.pem'
export const KEY_FILE = 'countersign-proxy.key'

/** Reads the name from the certificate. Throws a `TypeError` if it has none that every proxy can compare. */
export function securedOf({ tls }: ListenConfig): Secured | undefined {
  if (tls === undefined) return undefined
  const { subjectAltName = '' } = new X509Certificate(readFileSync(tls.certificate))
  const [, name] = /(?:^|, )DNS:([\w.-]+)(?:,|$)/.exec(subjectAltName) ?? []
  if (name === undefined)
    throw new TypeError(
      `the certificate for proxies has ${subjectAltName === '' ? 'no alternative name' : `\`${subjectAltName}\` alone`}; make one with the name of a host, such as \`DNS:countersign.internal\``,
    )
  return { name, shows: tls.clientCertificates !== undefined }
}

/** `https://` or `http://` */
export function schemeOf(secured: Secured | undefined): string {
  return secured === undefined ? 'http' : 'https'
}

/** Comment lines about the files, for a proxy that is told of them. */
export function filesOf(secured: Secured | undefined, folder: string): readonly string[] {
  if (secured === undefined) return []
  const own = secured.shows ? `, ${CERTIFICATE_FILE} and ${KEY_FILE} (what this proxy shows the gateway)` : ''
  return [`Needs ${folder} ${CA_FILE} (who vouches for the gateway)${own}.`]
}

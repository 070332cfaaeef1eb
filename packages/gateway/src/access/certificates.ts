import { certificateOfConnection, certificateOfField, clientCertificate, type CertificateSource, type ClientCertificate, type KnownParty } from 'countersign'
import type { AnyScheme } from '@countersign/core'
import type { ClientCertificateConfig, Config, HolderConfig } from '../config/config.ts'
import { addressList } from '../network/addresses.ts'

/** Where the certificates of callers are: on their connections, in a field of a trusted proxy, or nowhere. */
export function certificateSource({ listen, network }: Pick<Config, 'listen' | 'network'>): CertificateSource | undefined {
  const { clientCertificates: forwarded, trustedProxies } = network
  if (listen.tls?.clientCertificates !== undefined) return certificateOfConnection()
  if (forwarded === undefined) return undefined
  const isTrusted = addressList(trustedProxies)
  return certificateOfField({ ...forwarded, trusted: (connection) => connection?.address !== undefined && isTrusted(connection.address) })
}

/** The scheme of certificates as the only authentication. */
export function certificateScheme({ holders, subjectFrom, origins }: ClientCertificateConfig, certificates: CertificateSource): AnyScheme {
  return clientCertificate({
    certificates,
    origins,
    principal: (certificate) => holders.find((holder) => fits(holder, certificate)) ?? named(certificate, subjectFrom),
  })
}

function fits({ name, altName, thumbprint }: HolderConfig, certificate: ClientCertificate): boolean {
  const marks = [
    ...(name === undefined ? [] : [name.join('\n') === certificate.subject]),
    ...(altName === undefined ? [] : [altNamesOf(certificate).includes(altName)]),
    ...(thumbprint === undefined ? [] : [thumbprint === certificate.thumbprint]),
  ]
  return marks.length > 0 && marks.every(Boolean)
}

const KINDS = { dns: 'DNS:', email: 'email:', uri: 'URI:' } as const

/** Two names of one kind could be two parties, so such a certificate stands for nobody. */
function named(certificate: ClientCertificate, from: ClientCertificateConfig['subjectFrom']): KnownParty | undefined {
  if (from === undefined) return undefined
  const prefix = from === 'commonName' ? 'CN=' : KINDS[from]
  const names = (from === 'commonName' ? certificate.subject.split('\n') : altNamesOf(certificate)).filter((name) => name.startsWith(prefix))
  const subject = names.length === 1 ? names[0]?.slice(prefix.length) : undefined
  return subject === undefined || subject === '' ? undefined : { subject }
}

/** Node puts a name in quotes, as JSON, if there could be doubt where it ends. */
function altNamesOf({ subjectAltName }: ClientCertificate): readonly string[] {
  return [...subjectAltName.matchAll(/([A-Za-z ]+:)("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/g)].map(([, kind = '', name = '']) => kind + unquoted(name))
}

function unquoted(name: string): string {
  if (!name.startsWith('"')) return name
  const read: unknown = JSON.parse(name)
  return String(read)
}

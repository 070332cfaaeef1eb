import { addressList } from '#platform'
import { isToken, type Connection } from '@countersign/core'
import { checkerOf, type Checker } from '../check.ts'
import { decodeBase64url } from '../tokens/encoding.ts'
import type { CertificateFinding, CertificateSource } from './source.ts'

/** How proxies write a certificate into a field. */
export type CertificateForm = 'client-cert' | 'nginx' | 'envoy'

export interface CertificateOfFieldOptions {
  /** `client-cert` as in RFC 9440, `nginx` for `$ssl_client_escaped_cert`, `envoy` for `x-forwarded-client-cert` with `Cert`. */
  readonly form: CertificateForm
  /** The name of the field, where it is not that of the form; nginx has none of its own. */
  readonly field?: string
  /** Addresses and CIDR ranges of the proxies, or a function of the connection. From everybody else the field is ignored. */
  readonly trusted: readonly [string, ...string[]] | ((connection: Connection | undefined) => boolean)
  /** Whether the proxies pass on only certificates whose issuer they trust. Default false, which is enough for bound tokens. */
  readonly verifiedByProxy?: boolean
}

const NOTHING: CertificateFinding = { found: 'nothing' }
const MALFORMED: CertificateFinding = { found: 'malformed' }
const WHERE = 'certificateOfField()'

/** The usual name of a form's field, and how it is read: the bytes, or nothing if it cannot be read. */
const FORMS: Readonly<Record<CertificateForm, { readonly field?: string; readonly read: (text: string) => Uint8Array | undefined }>> = {
  'client-cert': { field: 'client-cert', read: readByteSequence },
  nginx: { read: readEscapedPem },
  envoy: { field: 'x-forwarded-client-cert', read: readForwarded },
}

/**
 * The certificate that a proxy has seen, from the field that it writes.
 *
 * Used only if the proxy at the other end of the connection is trusted: anybody can write such a field. The proxy has to
 * remove the field of its callers. Throws a `TypeError` that names a wrong option. RFC 9440.
 *
 * @example
 * import { bearerJwt, certificateOfField } from 'countersign'
 *
 * const certificates = certificateOfField({ form: 'client-cert', trusted: ['10.0.0.0/8'] })
 * export const tokens = bearerJwt({ issuer: 'https://id.example', audience: 'https://api.example', certificates })
 */
export function certificateOfField(options: CertificateOfFieldOptions): CertificateSource {
  const { field, isTrusted, trusted, read } = readOptions(options)
  return (request) => {
    const lines = request.field(field)
    // nginx leaves out a field without a value, and other proxies send it empty.
    if (lines.every((line) => line === '') || !isTrusted(request.connection)) return NOTHING
    const [text = ''] = lines
    const raw = lines.length === 1 && text.length <= LONGEST ? read(text) : undefined
    return raw === undefined ? MALFORMED : { found: 'certificate', certificate: { raw, trusted } }
  }
}

/** Characters of a field; a certificate has some two thousand. */
const LONGEST = 32_768

interface Settings {
  readonly field: string
  readonly isTrusted: (connection: Connection | undefined) => boolean
  readonly trusted: boolean
  readonly read: (text: string) => Uint8Array | undefined
}

function readOptions(options: CertificateOfFieldOptions): Settings {
  const check = checkerOf(WHERE)
  check.members(options, ['form', 'field', 'trusted', 'verifiedByProxy'])
  const { form, trusted, verifiedByProxy = false } = options
  if (!Object.hasOwn(FORMS, form)) check.refuse('form', form, '`client-cert`, `nginx` or `envoy`')
  const { field: usual, read } = FORMS[form]
  const field = options.field ?? usual
  if (typeof field !== 'string' || !isToken(field)) return check.refuse('field', field, 'the name of the field that the proxy writes')
  if (typeof verifiedByProxy !== 'boolean') check.refuse('verifiedByProxy', verifiedByProxy, '`true` or `false`')
  return { field: field.toLowerCase(), isTrusted: trustOf(trusted, check), trusted: verifiedByProxy, read }
}

function trustOf(trusted: CertificateOfFieldOptions['trusted'], check: Checker): Settings['isTrusted'] {
  if (typeof trusted === 'function') return (connection) => trusted(connection) === true
  if (!Array.isArray(trusted) || trusted.length === 0) check.refuse('trusted', trusted, 'the addresses of your proxies, or a function of the connection')
  const isListed = addressList(trusted)
  return (connection) => connection?.address !== undefined && isListed(connection.address)
}

/** A byte sequence as a whole item (RFC 9440 section 2.2, RFC 8941 section 3.3.5). */
function readByteSequence(text: string): Uint8Array | undefined {
  const [, encoded] = /^ *:([A-Za-z0-9+/]+={0,2}): *$/.exec(text) ?? []
  return encoded === undefined ? undefined : derOf(encoded)
}

/** PEM with percent-encoding. */
function readEscapedPem(text: string): Uint8Array | undefined {
  let pem: string
  try {
    pem = decodeURIComponent(text)
  } catch {
    // A percent sign without two digits, or no UTF-8.
    return undefined
  }
  const [, encoded] = /^\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/.exec(pem) ?? []
  return encoded === undefined ? undefined : derOf(encoded.replaceAll(/\s/g, ''))
}

const PAIR = /([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;\\]*))(?:;|$)/y

/** The `Cert` of the one element; several elements are several hops, of which it is not known who wrote which. */
function readForwarded(text: string): Uint8Array | undefined {
  let certificate: string | undefined
  let end = 0
  while (end < text.length) {
    PAIR.lastIndex = end
    const [pair, name = '', quoted, bare = ''] = PAIR.exec(text) ?? []
    if (pair === undefined) return undefined
    end += pair.length
    if (name.toLowerCase() !== 'cert') continue
    if (certificate !== undefined) return undefined
    certificate = quoted ?? bare
  }
  return certificate === undefined ? undefined : readEscapedPem(certificate)
}

/** The tag of an ASN.1 SEQUENCE, which every certificate is (RFC 5280 section 4.1). */
const SEQUENCE = 0x30

/** Bytes of base64, strictly, if they may be a certificate. */
function derOf(base64: string): Uint8Array | undefined {
  const [, text = '', padding = ''] = /^([^=]*)(=*)$/.exec(base64) ?? []
  if ((text.length + padding.length) % 4 !== 0 || padding.length > 2) return undefined
  const bytes = decodeBase64url(text.replaceAll('+', '-').replaceAll('/', '_'))
  return bytes?.[0] === SEQUENCE ? bytes : undefined
}

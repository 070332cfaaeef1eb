import { createPrivateKey, X509Certificate } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import type { JWK } from 'jose'
import { CALLER_KEY_ACCEPTED, publicKey, sharedSecret, suits } from './caller-keys.ts'
import { optional } from './given.ts'
import { find, items, pathText, shown, textOf, type Located, type Path } from './located.ts'
import { AUTHORIZATION_ACCEPTED, isAuthorization } from './schema/api-section.ts'
import { isUserHash, USER_HASH_ACCEPTED } from './schema/digest-section.ts'
import { isNonceSecret, NONCE_SECRET_ACCEPTED } from './schema/dpop-section.ts'
import { isProxySecret, PROXY_SECRET_ACCEPTED } from './schema/forward-auth-section.ts'
import { CLIENT_KEY_ACCEPTED, CLIENT_SECRET_ACCEPTED, isClientSecret } from './schema/introspection-section.ts'
import { DIGEST_KEY_ACCEPTED, isDigestKey } from './schema/rest-sections.ts'
import { ALGORITHMS } from './schema/scheme-values.ts'
import { isSessionSecret, SESSION_SECRET_ACCEPTED, sessionSecrets } from './schema/session-section.ts'
import { isSharedSecret, SHARED_SECRET_ACCEPTED, SIGNATURE_ALGORITHMS } from './schema/signature-section.ts'
import { readSmallFile, type SmallFile } from './small-file.ts'
import type { Remark, Source } from './source.ts'
import { SECRET_FILE_LIMIT, withoutNewline } from './variables.ts'

/** What stands in the files that a configuration names. */
export interface NamedFiles {
  readonly digestKey?: string
  /** Of `forwardAuth`. */
  readonly proxySecret?: string
  /** Of `schemes.bearer.introspection.client`. */
  readonly clientSecret?: string
  readonly clientKey?: JWK
  /** Of `schemes.dpop`. */
  readonly nonceSecret?: string
  /** Of `schemes.digest`. */
  readonly digestSecret?: string
  /** Of `schemes.digest.users`, by name. */
  readonly userHashes: ReadonlyMap<string, string>
  /** Of `schemes.session`. */
  readonly sessionSecrets?: readonly string[]
  /** Of `schemes.signature`, by `keyid`. */
  readonly callerKeys: ReadonlyMap<string, JWK>
  /** By the place of the API in the list. */
  readonly authorizations: ReadonlyMap<number, string>
  /** The bytes of the OpenAPI documents, in the order of the APIs. */
  readonly documents: readonly Buffer[]
}

const DOCUMENT_LIMIT = 16_777_216

interface Reading {
  readonly root: Located
  readonly source: Source
  readonly folder: string
  /** Gets the absolute path of every file. */
  readonly files: Set<string>
}

/** Reads every file that a configuration names; what cannot be read is told at the member that names it. */
export async function readNamedFiles(reading: Reading): Promise<NamedFiles> {
  const authorizations = new Map<number, string>()
  const documents: Buffer[] = []
  for (const index of items(find(reading.root, ['apis'])).keys()) {
    const document = await readMember(['apis', index, 'openapi'], DOCUMENT_LIMIT, reading)
    if (document !== undefined) documents.push(document)
    const authorization = await readSecret(
      ['apis', index, 'upstream', 'authorizationFile'],
      { isFit: isAuthorization, accepted: AUTHORIZATION_ACCEPTED },
      reading,
    )
    await checkUpstreamTls(['apis', index, 'upstream', 'tls'], reading)
    if (authorization !== undefined) authorizations.set(index, authorization)
  }
  const digestKey = await readSecret(['store', 'digestKeyFile'], { isFit: isDigestKey, accepted: DIGEST_KEY_ACCEPTED }, reading)
  const proxySecret = await readSecret(['forwardAuth', 'secretFile'], { isFit: isProxySecret, accepted: PROXY_SECRET_ACCEPTED }, reading)
  for (const door of [['listen'], ['forwardAuth', 'listen'], ['forwardAuth', 'grpc']]) {
    await checkCertificate([...door, 'tls'], reading)
    await checkAuthorities([...door, 'tls', 'clientCertificates', 'ca'], reading)
  }
  await checkAuditFolder(reading)
  return { ...optional('digestKey', digestKey), ...optional('proxySecret', proxySecret), ...(await readSchemeFiles(reading)), authorizations, documents }
}

type SchemeFiles = Omit<NamedFiles, 'digestKey' | 'authorizations' | 'documents'>

async function readSchemeFiles(reading: Reading): Promise<SchemeFiles> {
  const client = ['schemes', 'bearer', 'introspection', 'client']
  const clientSecret = await readSecret([...client, 'secretFile'], { isFit: isClientSecret, accepted: CLIENT_SECRET_ACCEPTED }, reading)
  const key = await readSecret([...client, 'keyFile'], { isFit: (text) => readKey(text) !== undefined, accepted: CLIENT_KEY_ACCEPTED }, reading)
  const nonces = { isFit: isNonceSecret, accepted: NONCE_SECRET_ACCEPTED }
  const nonceSecret = await readSecret(['schemes', 'dpop', 'nonce', 'secretFile'], nonces, reading)
  const digestSecret = await readSecret(['schemes', 'digest', 'secretFile'], nonces, reading)
  return {
    ...optional('clientSecret', clientSecret),
    ...optional('clientKey', key === undefined ? undefined : readKey(key)),
    ...optional('nonceSecret', nonceSecret),
    ...optional('digestSecret', digestSecret),
    userHashes: await readUserHashes(reading),
    ...optional('sessionSecrets', await readSessionSecrets(reading)),
    callerKeys: await readCallerKeys(reading),
  }
}

async function readSessionSecrets(reading: Reading): Promise<readonly string[] | undefined> {
  const isFit = (content: string): boolean => sessionSecrets(content).every(isSessionSecret)
  const content = await readSecret(['schemes', 'session', 'secretsFile'], { isFit, accepted: `${SESSION_SECRET_ACCEPTED}; each in a line` }, reading)
  return content === undefined ? undefined : sessionSecrets(content)
}

async function readUserHashes(reading: Reading): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>()
  for (const name of find(reading.root, ['schemes', 'digest', 'users'])?.members.keys() ?? []) {
    const hash = await readSecret(['schemes', 'digest', 'users', name, 'hashFile'], { isFit: isUserHash, accepted: USER_HASH_ACCEPTED }, reading)
    if (hash !== undefined) hashes.set(name, hash)
  }
  return hashes
}

async function readCallerKeys(reading: Reading): Promise<ReadonlyMap<string, JWK>> {
  const keys = new Map<string, JWK>()
  for (const keyid of find(reading.root, ['schemes', 'signature', 'keys'])?.members.keys() ?? []) {
    const path = ['schemes', 'signature', 'keys', keyid]
    const named = textOf(find(reading.root, [...path, 'algorithm']))
    const algorithm = SIGNATURE_ALGORITHMS.find((one) => one === named)
    const isFit = (text: string): boolean => {
      const jwk = publicKey(text)
      return jwk !== undefined && (algorithm === undefined || algorithm === 'hmac-sha256' || suits(jwk, algorithm))
    }
    const accepted = `${CALLER_KEY_ACCEPTED}${algorithm === undefined ? '' : `, for \`${algorithm}\``}`
    const key = await readSecret([...path, 'keyFile'], { isFit, accepted }, reading)
    const secret = await readSecret([...path, 'secretFile'], { isFit: isSharedSecret, accepted: SHARED_SECRET_ACCEPTED }, reading)
    const jwk = secret === undefined ? (key === undefined ? undefined : publicKey(key)) : sharedSecret(secret)
    if (jwk !== undefined) keys.set(keyid, jwk)
  }
  return keys
}

/** A private key that can sign; nothing if it is none. */
function readKey(text: string): JWK | undefined {
  try {
    // OpenSSL says whether it is one.
    const jwk = JSON.parse(text) as JWK
    createPrivateKey({ key: { ...jwk }, format: 'jwk' })
    return ALGORITHMS.some((algorithm) => algorithm === jwk.alg) ? jwk : undefined
  } catch {
    // What is wrong with it would be said in the words of JSON.parse() or OpenSSL, which may quote it.
    return undefined
  }
}

async function readMember(path: Path, limit: number, { root, source, folder, files }: Reading): Promise<Buffer | undefined> {
  const node = find(root, path)
  const name = textOf(node)
  // What is empty or an address was refused by the schema.
  if (node === undefined || node.faulty === true || name === undefined || name === '' || /^[a-z]{2,}:\/\//i.test(name)) return undefined
  const file = resolve(folder, name)
  files.add(file)
  const read = await readSmallFile(file, limit)
  if ('bytes' in read) return read.bytes
  source.error(node.start, unreadable(pathText(root, path), node, read))
  return undefined
}

function unreadable(member: string, node: Located, { problem }: Extract<SmallFile, { readonly problem: string }>): Remark {
  return { code: 'unreadable-file', message: `the file of ${member}, ${shown(node)}, ${problem}`, hint: 'paths are relative to the folder of this file' }
}

interface Fitness {
  readonly isFit: (value: string) => boolean
  readonly accepted: string
}

async function readSecret(path: Path, { isFit, accepted }: Fitness, reading: Reading): Promise<string | undefined> {
  const bytes = await readMember(path, SECRET_FILE_LIMIT, reading)
  if (bytes === undefined) return undefined
  const secret = withoutNewline(bytes.toString('utf8'))
  if (isFit(secret)) return secret
  const message = `what stands in the file of ${pathText(reading.root, path)} cannot be used`
  reading.source.error(find(reading.root, path)?.start ?? 0, { code: 'wrong-secret', message, hint: `write into it ${accepted}` })
  return undefined
}

/** Tried here, so that a key that belongs to another certificate is found before the gateway starts. */
async function checkCertificate(path: Path, reading: Reading): Promise<void> {
  const certificate = await readMember([...path, 'certificate'], SECRET_FILE_LIMIT * 16, reading)
  const key = await readMember([...path, 'key'], SECRET_FILE_LIMIT, reading)
  if (certificate === undefined || key === undefined) return
  try {
    createSecureContext({ cert: certificate, key })
  } catch {
    // OpenSSL's own words name neither the file nor the member.
    const hint = 'pass a certificate chain and its own private key, both in PEM and without a passphrase'
    const at = find(reading.root, [...path, 'certificate'])?.start ?? 0
    reading.source.error(at, { code: 'unusable-certificate', message: 'the certificate and the key cannot be used together', hint })
  }
}

async function checkUpstreamTls(path: Path, reading: Reading): Promise<void> {
  await checkCertificate(path, reading)
  await checkAuthorities([...path, 'ca'], reading)
}

/** Whose certificates are accepted must not hang on a file that OpenSSL passes over in silence, so one certificate at least is in it. */
async function checkAuthorities(path: Path, reading: Reading): Promise<void> {
  const ca = await readMember(path, SECRET_FILE_LIMIT * 16, reading)
  if (ca === undefined) return
  try {
    const blocks = ca.toString('latin1').match(CERTIFICATE) ?? []
    if (blocks.length > 0 && blocks.every((block) => new X509Certificate(block).raw.length > 0)) return
  } catch {
    // As above, OpenSSL's words help nobody.
  }
  const at = find(reading.root, path)?.start ?? 0
  const message = `the file of ${pathText(reading.root, path)} has no certificate that can be read`
  reading.source.error(at, { code: 'unusable-certificate', message, hint: 'pass the certificates of the authorities, in PEM' })
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

async function checkAuditFolder({ root, source, folder }: Reading): Promise<void> {
  const node = find(root, ['log', 'auditFile'])
  const name = textOf(node)
  if (node === undefined || name === undefined || name === '') return
  const read = await readSmallFile(dirname(resolve(folder, name)), 0)
  if ('problem' in read && read.problem === 'is a folder') return
  source.error(node.start, {
    code: 'unreadable-file',
    message: `the folder of \`log.auditFile\`, ${shown(node)}, does not exist`,
    hint: 'make the folder first',
  })
}

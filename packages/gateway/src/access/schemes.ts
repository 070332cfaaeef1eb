import type { AnyScheme, NonEmpty, Principal, Scheme, Secret } from '@countersign/core'
import { apiKey, basic, limitGuessing, type CertificateSource, type Guess, type GuessingStore, type KeyEvent } from 'countersign'
import type { SchemesConfig } from '../config/config.ts'
import type { FailureStore, KeyRecord, Store } from '../store/store.ts'
import { bearerTokens } from './bearer-tokens.ts'
import { certificateScheme } from './certificates.ts'
import { tokensWithDirectory, withDirectory, type Directory } from './directory.ts'
import { digestScheme } from './digests.ts'
import { alsoElsewhere } from './elsewhere.ts'
import { proofScheme } from './proofs.ts'
import { sessionOf, sessionScheme } from './sessions.ts'
import { signatureScheme } from './signatures.ts'
import type { UsedOnce } from './used-once.ts'

export interface SchemeOptions {
  readonly config: SchemesConfig
  readonly store: Store
  readonly directory: Directory
  /** What is good for one use. */
  readonly used: UsedOnce
  /** Where the certificates of callers are. */
  readonly certificates?: CertificateSource
  readonly onKeys?: (event: KeyEvent) => void
  /** Told why an issuer gave no answer about a token. */
  readonly onFailure?: (error: Error) => void
}

/** The schemes of a configuration, against the store. Throws a `TypeError` if there are none. */
export function buildSchemes(options: SchemeOptions): NonEmpty<AnyScheme> {
  const { config, store, directory, used, certificates } = options
  const schemes: AnyScheme[] = [...tokenSchemes(options, certificates)]
  if (config.apiKey !== undefined) schemes.push(withDirectory(keyScheme(config.apiKey.header, store), directory))
  if (config.basic !== undefined) schemes.push(withDirectory(passwordScheme(store), directory))
  if (config.digest !== undefined) {
    const scheme = digestScheme(config.digest, used.of('digest', config.digest.replays))
    schemes.push(withDirectory(limitGuessing(scheme, { account: ({ parameters }) => parameters.user, store: failuresIn(store.failures) }), directory))
  }
  if (config.clientCertificate !== undefined && certificates !== undefined)
    schemes.push(withDirectory(certificateScheme(config.clientCertificate, certificates), directory))
  if (config.session !== undefined) schemes.push(sessionScheme(config.session, { directory, isRevoked: (principal) => isRevoked(principal, options) }))
  if (config.signature !== undefined)
    schemes.push(
      withDirectory(
        signatureScheme(config.signature, (size) => used.of('signature', size)),
        directory,
      ),
    )
  const [first, ...rest] = schemes
  if (first === undefined)
    throw new TypeError(
      '`schemes` names no way of authenticating; configure `bearer`, `basic`, `digest`, `apiKey`, `clientCertificate`, `session` or `signature`',
    )
  return [first, ...rest]
}

/** The schemes over the tokens of issuers: with a proof, without one, or either. */
function tokenSchemes(options: SchemeOptions, certificates: CertificateSource | undefined): readonly AnyScheme[] {
  const { config, directory, used, onKeys, onFailure } = options
  if (config.bearer === undefined) return []
  const bearer = bearerTokens({
    config: config.bearer,
    certificates,
    ...(onKeys === undefined ? {} : { onKeys }),
    ...(onFailure === undefined ? {} : { onFailure }),
  })
  const tokens = tokensWithDirectory(bearer, { directory, isRevoked: (principal) => isRevoked(principal, options) })
  const alone = alsoElsewhere(tokens, config.bearer)
  if (config.dpop === undefined) return [alone]
  const proofs = proofScheme(tokens, config.dpop, used.of('dpop', config.dpop.replays))
  return config.dpop.required ? [proofs] : [alone, proofs]
}

/** Whether a token or a session was revoked, by its id or through its subject; answers from memory. */
export function isRevoked(principal: Principal, { store, directory }: Pick<SchemeOptions, 'store' | 'directory'>): boolean {
  const { id: jti, begun: iat } = sessionOf(principal) ?? { id: principal.claims['jti'], begun: principal.claims['iat'] }
  const token = { subject: directory.nameOf(principal), jti: typeof jti === 'string' ? jti : undefined, iat: typeof iat === 'number' ? iat : undefined }
  return store.revocations.isRevoked(token, Date.now() / 1000)
}

function keyScheme(header: string, { keys }: Store): Scheme<Secret> {
  const known = (record: KeyRecord | undefined) =>
    record === undefined ? undefined : { ...record, claims: { key: record.id, ...(record.expires === undefined ? {} : { exp: record.expires }) } }
  return apiKey({
    header,
    verify: (key) => {
      const found = keys.find(key, Date.now() / 1000)
      return found instanceof Promise ? found.then(known) : known(found)
    },
  })
}

function passwordScheme({ passwords, failures }: Store) {
  const scheme = basic({ verify: async (user, password) => ((await passwords.verify(user, password)) ? { subject: user } : undefined) })
  return limitGuessing(scheme, { account: ({ user }) => user, store: failuresIn(failures) })
}

/** Addresses are counted for all schemes together, before any of them is asked. */
function failuresIn(failures: FailureStore): GuessingStore {
  const nameOf = ({ account = '' }: Guess): string => account
  return {
    blockedFor: (guess, now) => failures.blockedFor('password', nameOf(guess), now),
    record: (guess, now) => failures.record('password', nameOf(guess), now),
    forget: (guess) => failures.forget('password', nameOf(guess)),
  }
}

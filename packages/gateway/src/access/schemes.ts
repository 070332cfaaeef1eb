import type { AnyScheme, NonEmpty, Principal, Scheme, Secret } from '@countersign/core'
import {
  apiKey,
  basic,
  bearerEither,
  bearerJwt,
  bearerOpaque,
  legacyAccessTokens,
  limitGuessing,
  rfc9068,
  sameSecret,
  type BearerScheme,
  type Guess,
  type GuessingStore,
  type KeyEvent,
  type TrustedIssuer,
} from 'countersign'
import type { FixedToken, IssuerConfig, SchemesConfig } from '../config/config.ts'
import type { FailureStore, KeyRecord, Store } from '../store/store.ts'
import { withDirectory, type Directory } from './directory.ts'

export interface SchemeOptions {
  readonly config: SchemesConfig
  readonly store: Store
  readonly directory: Directory
  readonly onKeys?: (event: KeyEvent) => void
}

/** The schemes of a configuration, against the store. Throws a `TypeError` if there are none. */
export function buildSchemes(options: SchemeOptions): NonEmpty<AnyScheme> {
  const { config, store, directory } = options
  const schemes: AnyScheme[] = []
  const bearer = bearerScheme(options)
  if (bearer !== undefined) schemes.push(withDirectory(bearer, directory))
  if (config.apiKey !== undefined) schemes.push(withDirectory(keyScheme(config.apiKey.header, store), directory))
  if (config.basic !== undefined) schemes.push(withDirectory(passwordScheme(store), directory))
  const [first, ...rest] = schemes
  if (first === undefined) throw new TypeError('`schemes` names no way of authenticating; configure `bearer`, `basic` or `apiKey`')
  return [first, ...rest]
}

function bearerScheme({ config, store, directory, onKeys }: SchemeOptions): BearerScheme | undefined {
  if (config.bearer === undefined) return undefined
  const { issuers, clockTolerance, tokens } = config.bearer
  const fixed = tokens === undefined || Object.keys(tokens).length === 0 ? undefined : bearerOpaque({ verify: (token) => findFixed(tokens, token) })
  const [first, ...rest] = issuers.map(trusted)
  if (first === undefined) return fixed
  const jwt = bearerJwt({
    issuers: [first, ...rest],
    ...(clockTolerance === undefined ? {} : { clockTolerance }),
    ...(onKeys === undefined ? {} : { onKeys }),
    isRevoked: (principal) => isRevoked(principal, { store, directory }),
  })
  return fixed === undefined ? jwt : bearerEither({ jwt, opaque: fixed })
}

function trusted({ issuer, audience, jwksUri, algorithms, profile, roles, scopes }: IssuerConfig): TrustedIssuer {
  const [first, ...rest] = audience
  if (first === undefined) throw new TypeError(`the issuer \`${issuer}\` has no audience; name what this API is called in \`aud\``)
  const [algorithm, ...others] = algorithms ?? []
  return {
    issuer,
    audience: [first, ...rest],
    profile: profile === 'legacy' ? legacyAccessTokens() : rfc9068(),
    ...(jwksUri === undefined ? {} : { jwksUri }),
    ...(algorithm === undefined ? {} : { algorithms: [algorithm, ...others] }),
    ...(roles === undefined ? {} : { roles }),
    ...(scopes === undefined ? {} : { scopes }),
  }
}

/** Whether a token was revoked, by its `jti` or through its subject; answers from memory. */
export function isRevoked(principal: Principal, { store, directory }: Pick<SchemeOptions, 'store' | 'directory'>): boolean {
  const { jti, iat } = principal.claims
  const token = { subject: directory.nameOf(principal), jti: typeof jti === 'string' ? jti : undefined, iat: typeof iat === 'number' ? iat : undefined }
  return store.revocations.isRevoked(token, Date.now() / 1000)
}

/** All of them are compared, so that time does not tell which one a guess came close to. */
async function findFixed(tokens: Readonly<Record<string, FixedToken>>, presented: string): Promise<FixedToken | undefined> {
  let found: FixedToken | undefined
  for (const [token, known] of Object.entries(tokens)) if (await sameSecret(token, presented)) found = known
  return found
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

import type { NonEmpty } from '@countersign/core'
import {
  bearerEither,
  bearerIntrospection,
  bearerJwt,
  bearerOpaque,
  legacyAccessTokens,
  rfc9068,
  sameSecret,
  type BearerScheme,
  type CertificateSource,
  type IntrospectionClient,
  type KeyEvent,
  type TrustedIssuer,
} from 'countersign'
import type { BearerConfig, FixedToken, IntrospectionConfig, IssuerConfig } from '../config/config.ts'
import { nonEmpty } from './non-empty.ts'

export interface TokenOptions {
  readonly config: BearerConfig
  /** Where the certificates are that tokens may be bound to. */
  readonly certificates: CertificateSource | undefined
  readonly onKeys?: (event: KeyEvent) => void
  /** Told why an issuer gave no answer about a token; without tokens and secrets. */
  readonly onFailure?: (error: Error) => void
}

/** The Bearer scheme of a configuration: JWTs, tokens that an issuer is asked about, or fixed ones. */
export function bearerTokens(options: TokenOptions): BearerScheme {
  const { config, certificates } = options
  const jwt = config.issuers.length === 0 ? undefined : jwtScheme(options)
  const opaque = opaqueScheme(options)
  if (jwt !== undefined && opaque !== undefined) return bearerEither({ jwt, opaque, ...(certificates === undefined ? {} : { certificates }) })
  const only = jwt ?? opaque
  if (only === undefined) throw new TypeError('`schemes.bearer` has no tokens; name an issuer')
  return only
}

function jwtScheme({ config, certificates, onKeys }: TokenOptions): BearerScheme {
  const { issuers, clockTolerance } = config
  return bearerJwt({
    issuers: nonEmpty(issuers.map(trusted), 'issuers'),
    ...(clockTolerance === undefined ? {} : { clockTolerance }),
    ...(onKeys === undefined ? {} : { onKeys }),
    ...(certificates === undefined ? {} : { certificates }),
  })
}

function opaqueScheme(options: TokenOptions): BearerScheme | undefined {
  const { introspection, tokens } = options.config
  if (introspection !== undefined) return introspectionScheme(introspection, options)
  return tokens === undefined || Object.keys(tokens).length === 0 ? undefined : bearerOpaque({ verify: (token) => findFixed(tokens, token) })
}

function introspectionScheme({ client, audience, ...config }: IntrospectionConfig, { config: { clockTolerance }, certificates, onFailure }: TokenOptions) {
  return bearerIntrospection({
    ...config,
    client: clientOf(client),
    ...(audience === undefined ? {} : { audience: nonEmpty(audience, 'audience') }),
    ...(clockTolerance === undefined ? {} : { clockTolerance }),
    ...(certificates === undefined ? {} : { certificates }),
    ...(onFailure === undefined ? {} : { onFailure }),
  })
}

function clientOf({ id, secret, key }: IntrospectionConfig['client']): IntrospectionClient {
  if (key !== undefined) return { id, key }
  if (secret === undefined) throw new TypeError('`introspection.client` has neither a secret nor a key')
  return { id, secret }
}

function trusted({ issuer, audience, jwksUri, algorithms, profile, roles, scopes }: IssuerConfig): TrustedIssuer {
  const [first, ...rest] = audience
  if (first === undefined) throw new TypeError(`the issuer \`${issuer}\` has no audience; name what this API is called in \`aud\``)
  const chosen: NonEmpty<string> = [first, ...rest]
  const [algorithm, ...others] = algorithms ?? []
  return {
    issuer,
    audience: chosen,
    profile: profile === 'legacy' ? legacyAccessTokens() : rfc9068(),
    ...(jwksUri === undefined ? {} : { jwksUri }),
    ...(algorithm === undefined ? {} : { algorithms: [algorithm, ...others] }),
    ...(roles === undefined ? {} : { roles }),
    ...(scopes === undefined ? {} : { scopes }),
  }
}

/** All of them are compared, so that time does not tell which one a guess came close to. */
async function findFixed(tokens: Readonly<Record<string, FixedToken>>, presented: string): Promise<FixedToken | undefined> {
  let found: FixedToken | undefined
  for (const [token, known] of Object.entries(tokens)) if (await sameSecret(token, presented)) found = known
  return found
}

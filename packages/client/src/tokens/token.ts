import { Secret, type Remedy } from '@countersign/core'

/** An access token as its issuer gives it. */
export interface Token {
  readonly value: string
  /** `Bearer` or `DPoP`. Default: what the source is. */
  readonly type?: string
  /** Seconds from now; without it the token is used until it is refused. */
  readonly lifetime?: number
  /** What was granted, if the issuer says so. */
  readonly scope?: readonly string[]
  /** What the next token can be had with. */
  readonly refresh?: Secret
}

/** A token in use. */
export interface HeldToken {
  readonly value: Secret
  /** Seconds since the epoch, by our clock. */
  readonly expires: number | undefined
  readonly lifetime: number | undefined
  readonly scope: readonly string[] | undefined
  readonly refresh: Secret | undefined
}

/** What a token is wanted for. */
export interface TokenRequest {
  /** `start` if there is none yet. */
  readonly why: 'start' | Remedy['action']
  /** All that was ever asked for, so that a new token does not lose what the old one had. */
  readonly scope: readonly string[]
  readonly acr?: readonly string[]
  /** Seconds. */
  readonly maxAge?: number
  readonly held: HeldToken | undefined
  /** The request that the token is for. */
  readonly url: URL
  /** Where the refusal says that the metadata of the resource is (RFC 9728 section 5.1). */
  readonly metadata?: string
  /** The key that the token has to be bound to (RFC 9449). */
  readonly key?: CryptoKeyPair
  readonly signal: AbortSignal
}

/** Where tokens come from. */
export interface TokenSource {
  /** The remedies for which it can have another token. */
  readonly acts: readonly ('refresh' | 'request-scope' | 'step-up')[]
  obtain(request: TokenRequest): Promise<Token>
}

/** There are no credentials to send. The cause is what obtaining them failed with. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError'
}

/** Whether a token can be sent: `b64token` of RFC 6750 section 2.1. */
export function isBearerToken(text: string): boolean {
  return /^[A-Za-z0-9\-._~+/]+=*$/.test(text)
}

/** Takes a token into use. Throws a `CredentialsError` for one that cannot be sent, or not as `scheme`. */
export function hold(token: Token, scheme: string, now: number): HeldToken {
  const { value, type = scheme, lifetime, scope, refresh } = token
  if (!isBearerToken(value)) throw new CredentialsError('the issuer gave a token with characters that RFC 6750 section 2.1 does not permit')
  if (type.toLowerCase() !== scheme.toLowerCase()) throw new CredentialsError(`the issuer gave a token of type \`${type}\` where \`${scheme}\` is needed`)
  return { value: new Secret(value), expires: lifetime === undefined ? undefined : now + lifetime, lifetime, scope, refresh }
}

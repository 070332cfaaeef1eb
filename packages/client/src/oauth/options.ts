import * as oauth from 'oauth4webapi'
import { addressOf, type Space } from '../space.ts'
import { limitedFetch } from './limited-fetch.ts'

/** Where the authorization server is: named, or found through the metadata of the resource (RFC 9728). */
export type Issuer =
  | { readonly issuer: Space }
  /** `issuers` are those that may see the credentials of this client, whatever the resource says. */
  | { readonly discover: { readonly resource: Space; readonly issuers: readonly [Space, ...Space[]] } }

/** A client as the authorization server knows it. */
export interface OAuthClientOptions {
  readonly clientId: string
  /** Sent as HTTP Basic. Without it and without `authenticate` the client is a public one. */
  readonly clientSecret?: string
  /** Another way to authenticate, of `oauth4webapi`: `PrivateKeyJwt`, `ClientSecretPost` … */
  readonly authenticate?: oauth.ClientAuth
  /** What the token is for (RFC 8707). */
  readonly resource?: string
}

/** What all flows need. */
export type FlowOptions = Issuer & OAuthClientOptions

/** How a client shows who it is. */
export function authenticationOf({ clientSecret, authenticate }: OAuthClientOptions): oauth.ClientAuth {
  return authenticate ?? (clientSecret === undefined ? oauth.None() : secretBasic(clientSecret))
}

/** HTTP Basic with exactly what RFC 6749 section 2.3.1 wants encoded: servers that do not decode take the most of it. */
export function secretBasic(secret: string): oauth.ClientAuth {
  return (...[, { client_id: id }, , headers]: Parameters<oauth.ClientAuth>) =>
    headers.set('authorization', `Basic ${btoa(`${formEncoded(id)}:${formEncoded(secret)}`)}`)
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}

/** An address that was checked, and whether it may be asked without TLS. */
export interface Place {
  readonly url: URL
  readonly insecure: boolean
}

export function placeOf(space: Space, what: string): Place {
  const url = addressOf(space, what)
  return { url, insecure: url.protocol === 'http:' }
}

/** The options of every request to a place. */
export interface PlaceOptions {
  readonly signal: AbortSignal
  readonly [oauth.allowInsecureRequests]: boolean
  readonly [oauth.customFetch]: typeof limitedFetch
}

export function requestOptions({ insecure }: Place, signal: AbortSignal): PlaceOptions {
  return { signal, [oauth.allowInsecureRequests]: insecure, [oauth.customFetch]: limitedFetch }
}

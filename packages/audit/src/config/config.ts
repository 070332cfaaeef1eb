import type { Mode, Severity } from '../rule.ts'
import type { Level } from '../verdict.ts'

/** Where a secret comes from; it is never written into `audit.yaml`. */
export type SecretSource = { readonly env: string } | { readonly file: string } | { readonly command: readonly [string, ...string[]] }

/** How a persona comes to its credentials. */
export type CredentialSource =
  | { readonly type: 'bearer'; readonly token: SecretSource }
  | { readonly type: 'basic'; readonly user: string; readonly password: SecretSource }
  | { readonly type: 'apiKey'; readonly in: 'header' | 'query' | 'cookie'; readonly name: string; readonly key: SecretSource }
  | { readonly type: 'cookie'; readonly name: string; readonly value: SecretSource }
  /** A request of the target itself that answers with a token or sets cookies. */
  | {
      readonly type: 'login'
      readonly method: string
      readonly path: string
      readonly mediaType: 'application/json' | 'application/x-www-form-urlencoded'
      /** Members of the content; values may be secrets. */
      readonly body: Readonly<Record<string, string | SecretSource>>
      /** JSON pointers into the answer (RFC 6901). Without `token` its cookies are used. */
      readonly token?: string
      readonly expiresIn?: string
      /** How the token is sent: `Bearer` in `Authorization` by default. */
      readonly header?: string
      readonly scheme?: string
    }
  | {
      readonly type: 'oauth'
      readonly grant: 'client_credentials' | 'password' | 'refresh_token'
      readonly tokenEndpoint: string
      readonly clientId: string
      readonly clientSecret?: SecretSource
      readonly user?: string
      readonly password?: SecretSource
      readonly refreshToken?: SecretSource
      readonly scope?: string
      readonly audience?: string
      readonly resource?: string
      /** Whether tokens are bound to a key of the persona (RFC 9449). */
      readonly dpop: boolean
    }
  /** A token that somebody got elsewhere, and the key that it is bound to (RFC 9449). */
  | { readonly type: 'dpop'; readonly token: SecretSource; readonly key: SecretSource }
  | { readonly type: 'certificate'; readonly cert: SecretSource; readonly key: SecretSource }

export interface PersonaSetting {
  readonly name: string
  readonly credentials: CredentialSource
  /** As the target knows it: what an owner is compared with. */
  readonly subject: string
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  readonly acr?: string
  readonly tenant?: string
  readonly state?: 'locked' | 'expired'
  /** Whether it is a program that speaks for itself, and no person. */
  readonly machine: boolean
  readonly caretaker: boolean
}

/** What cannot be told from paths about objects. */
export interface ResourceSetting {
  /** `/orders/{id}`. */
  readonly item: string
  /** Members that name the owner. */
  readonly owner: readonly string[]
  readonly shared: boolean
  /** Roles that may read the objects of others; those of `editors` may anyway. */
  readonly readers: readonly string[]
  /** Roles that may read, change and remove the objects of others. */
  readonly editors: readonly string[]
  /** Objects that are there, by the name of their owner: path parameters by name. */
  readonly objects: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>
  /** Content for creating one, instead of the example. */
  readonly create?: unknown
}

/** A deviation that somebody accepts. */
export interface AcceptedDeviation {
  readonly check: string
  /** `GET /orders/{id}`; `*` stands for anything. */
  readonly operation: string
  readonly owner: string
  readonly reason: string
  /** The last day, `2027-01-31`. */
  readonly until?: string
}

/** Kinds of tokens that an API must refuse, and that only its issuer can make. */
export const TOKEN_KINDS = [
  'expired',
  'not-yet-valid',
  'issued-in-future',
  'other-audience',
  'other-issuer',
  'id-token',
  'refresh-token',
  'revoked',
  'critical-extension',
  'unencoded-payload',
] as const

/** A token of a persona that must be refused: only its issuer can make it, so it is supplied. */
export interface SuppliedToken {
  readonly kind: (typeof TOKEN_KINDS)[number]
  /** Whose it is; it is sent as this persona's good token is. */
  readonly persona: string
  readonly token: SecretSource
}

/** What the auditor is told. */
export interface AuditConfig {
  /** The origin, with a base path if there is one. */
  readonly target: string
  /** The OpenAPI document. */
  readonly openapi: string
  readonly personas: readonly PersonaSetting[]
  readonly resources: readonly ResourceSetting[]
  /** Operations that are public by design. */
  readonly public: readonly string[]
  /** Operations that are never sent, beside those of the default list. */
  readonly neverTouch: readonly string[]
  /** Deviations that belong to the kind of API. */
  readonly profile?: 'headless-cms' | 'container-registry' | 'session-app'
  readonly accepted: readonly AcceptedDeviation[]
  readonly mode: Mode
  /** Requests a second; 0 is as fast as it goes. */
  readonly rate: number
  readonly parallel: number
  readonly maxRequests: number
  /** Seconds for one answer. */
  readonly timeLimit: number
  /** What ends with exit code 1. */
  readonly failOn: { readonly level: Level; readonly severity: Severity }
  /** Members and fields that may never be shown to a low role. */
  readonly privateMembers: readonly string[]
  /** Origins of pages that the API serves, where CORS is meant. */
  readonly origins: readonly string[]
  /** Tokens that must be refused; without one of a kind it is not tried. */
  readonly tokens?: readonly SuppliedToken[]
  /** The address of the origin behind a gateway, where both are to be compared. */
  readonly behind?: string
}

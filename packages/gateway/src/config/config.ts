import type { Algorithm, CertificateForm } from 'countersign'
import type { JWK } from 'jose'
import type { SCHEMES } from './schema/scheme-names.ts'
import type { Place } from '@countersign/openapi'
import type { DigestConfig, SessionConfig, SignatureConfig } from './caller-config.ts'
import type { ResourceConfig } from './resource-config.ts'

import type { ForwardAuthConfig } from './forward-auth-config.ts'

export type { Diagnostic, Place } from '@countersign/openapi'

/** `countersign.yaml`, checked, with defaults filled in, paths made absolute and secrets read. Durations are seconds, sizes bytes. */
export interface Config {
  readonly file: string
  /**
   * SHA-256 over the bytes of the file and of every OpenAPI document it names, the main documents only: not what
   * those refer to, and not what was filled in. The first 12 hexadecimal digits.
   */
  readonly hash: string
  readonly realm: string
  readonly listen: ListenConfig
  readonly admin: AdminConfig
  readonly store: StoreConfig
  readonly schemes: SchemesConfig
  readonly apis: readonly ApiConfig[]
  /** For proxies that forward requests themselves; absent for none. */
  readonly forwardAuth?: ForwardAuthConfig
  readonly limits: LimitsConfig
  readonly abuse: AbuseConfig
  readonly identity: IdentityConfig
  readonly cors?: CorsConfig
  readonly resource?: ResourceConfig
  readonly network: NetworkConfig
  readonly log: LogConfig
  readonly shutdown: ShutdownConfig
  /** Who is tried in `matrix`, `explain` and `diff`. Always has `anonymous`. */
  readonly personas: Readonly<Record<string, PersonaConfig>>
  /** What is written where variables were filled in, by path (`apis.0.upstream`): `maskConfig` prints this and not the value. */
  readonly filledIn?: Readonly<Record<string, string>>
}

export interface ListenConfig {
  readonly address: string
  readonly port: number
  /** Absolute paths of files in PEM. */
  readonly tls?: ListenTlsConfig
}

export interface ListenTlsConfig {
  readonly certificate: string
  readonly key: string
  readonly http2: boolean
  /** There if callers are asked for a certificate; without `ca` no issuer is trusted. */
  readonly clientCertificates?: { readonly ca?: string }
}

export interface AdminConfig {
  readonly address: string
  readonly port: number
  /** Which tokens of `schemes.bearer` the admin API takes beside its API keys; none without it. */
  readonly access?: AdminAccessConfig
}

/** A token with one of these may do everything; one with a role of the admin API itself may do what that says. */
export interface AdminAccessConfig {
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
}

export interface StoreConfig {
  /** The database file. */
  readonly path: string
  /** What keyed digests are made with; without it the store makes a file of its own beside the database. */
  readonly digestKey?: string
  /** How many decisions are kept. */
  readonly decisions: number
}

/** What stands under `schemes`. */
export type SchemeKey = (typeof SCHEMES)[number]

export interface SchemesConfig {
  readonly bearer?: BearerConfig
  readonly dpop?: DpopConfig
  readonly clientCertificate?: ClientCertificateConfig
  readonly session?: SessionConfig
  readonly signature?: SignatureConfig
  readonly basic?: Readonly<Record<string, never>>
  readonly digest?: DigestConfig
  readonly apiKey?: { readonly header: string }
}

export interface BearerConfig {
  readonly issuers: readonly IssuerConfig[]
  readonly introspection?: IntrospectionConfig
  readonly clockTolerance?: number
  /** There if tokens are taken in forms as well, of up to so many bytes. */
  readonly alsoInForm?: { readonly limit: number }
  /** Whether tokens are taken in the query as well. */
  readonly alsoInLoggedQuery?: boolean
  readonly tokens?: Readonly<Record<string, FixedToken>>
}

/** An issuer that is asked what tokens are worth (RFC 7662). */
export interface IntrospectionConfig {
  readonly issuer?: string
  readonly endpoint?: string
  /** With one of `secret` and `key`. */
  readonly client: { readonly id: string; readonly secret?: string; readonly key?: JWK }
  readonly audience?: readonly string[]
  readonly signed: boolean
  readonly roles?: string
  readonly scopes?: string
  readonly cacheFor: number
  readonly timeLimit: number
}

/** Proofs of possession (RFC 9449). */
export interface DpopConfig {
  /** Whether tokens without a proof are not accepted at all. */
  readonly required: boolean
  /** Origins under which clients know the APIs; at least one. */
  readonly origin: readonly string[]
  readonly algorithms?: readonly Algorithm[]
  readonly maxAge: number
  readonly clockTolerance: number
  readonly nonce?: { readonly secret: string; readonly lifetime: number }
  /** How many used proofs a process remembers. */
  readonly replays: number
}

export interface ClientCertificateConfig {
  readonly holders: readonly HolderConfig[]
  /** Which name of any other certificate of a trusted issuer is its subject; without it no other is accepted. */
  readonly subjectFrom?: 'commonName' | 'dns' | 'email' | 'uri'
  readonly origins: readonly string[]
}

/** Whom a certificate stands for that has all of these marks. */
export interface HolderConfig {
  readonly name?: readonly string[]
  readonly altName?: string
  readonly thumbprint?: string
  readonly subject: string
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
}

/** A token that is written in the configuration, for tutorials and tests. */
export interface FixedToken {
  readonly subject: string
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
}

export interface IssuerConfig {
  readonly issuer: string
  readonly audience: readonly string[]
  readonly jwksUri?: string
  readonly algorithms?: readonly Algorithm[]
  readonly profile: 'rfc9068' | 'legacy'
  readonly roles?: string
  readonly scopes?: string
}

export interface ApiConfig {
  readonly name: string
  /** Hosts that this API answers to, lower case, with or without port; empty for any. */
  readonly hosts: readonly string[]
  /** A path that every request of this API begins with, such as `/v1`; '' for all. It is part of what the upstream gets unless `stripPrefix`. */
  readonly prefix: string
  readonly stripPrefix: boolean
  readonly upstream: UpstreamConfig
  /** The absolute path of the OpenAPI document. */
  readonly openapi?: string
  /** Which scheme of ours stands for a security scheme of the document, where the kind alone does not say. */
  readonly securitySchemes: Readonly<Record<string, SchemeKey>>
  readonly routes: readonly RouteConfig[]
  /** Whether anonymous callers get 401 instead of 404 and 405 below the prefix (ledger conflict C13). */
  readonly conceal: boolean
  readonly place: Place
}

export interface UpstreamConfig {
  readonly url: URL
  /** Seconds until the connection stands; until the first byte of the answer; between two bytes. */
  readonly connectTimeout: number
  readonly responseTimeout: number
  readonly idleTimeout: number
  /** Connections kept to it at most. */
  readonly connections: number
  /** Whether it is spoken to in HTTP/2: over http with prior knowledge, over https as agreed in the handshake. */
  readonly http2: boolean
  readonly tls?: UpstreamTlsConfig
  /** Whether the credentials of the caller go on to it. */
  readonly forwardCredentials: boolean
  /** A credential of the gateway's own, as an `Authorization` value. */
  readonly authorization?: string
}

/** Absolute paths of files in PEM, and the name that the certificate must have if it is not the host of the address. */
export interface UpstreamTlsConfig {
  readonly ca?: string
  readonly certificate?: string
  readonly key?: string
  readonly serverName?: string
}

export interface RouteConfig {
  /** Upper case; empty for all methods. */
  readonly methods: readonly string[]
  /** An OpenAPI path template; `/**` at its end matches everything below. */
  readonly path: string
  readonly access: 'open' | 'anyone' | 'authenticated'
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  /** Names of `schemes`; empty for all of them. */
  readonly schemes: readonly SchemeKey[]
  /** Seconds that a login may be old. */
  readonly recent?: number
  readonly acr: readonly string[]
  /** The path parameter that must be the caller's subject. */
  readonly owner?: string
  /** Whether the caller must be a person. */
  readonly user: boolean
  /** Whether the credential must be of no use to a thief. */
  readonly bound: boolean
  /** Whether whoever is refused is told that nothing is there. */
  readonly unprobeable: boolean
  readonly conceal: boolean
  readonly place: Place
}

export interface LimitsConfig {
  readonly header: number
  readonly body: number
  /** Seconds for the header section to arrive; for the whole request. */
  readonly headerTimeout: number
  readonly requestTimeout: number
  readonly keepAliveTimeout: number
  readonly connections: number
}

export interface AbuseConfig {
  /** Requests a second and a burst, for one client address and for one principal; absent for no limit. */
  readonly perAddress?: { readonly rate: number; readonly burst: number }
  readonly perPrincipal?: { readonly rate: number; readonly burst: number }
  /** Failed passwords or keys before attempts are refused, and for how long at first; it doubles. */
  readonly guessing: { readonly failures: number; readonly block: number; readonly longest: number }
}

export interface IdentityConfig {
  /** Field names for the upstream, always set, with `anonymous` where nobody is known. */
  readonly headers: { readonly subject: string; readonly roles: string; readonly scopes: string; readonly scheme: string; readonly decision: string }
  readonly assertion?: { readonly header: string; readonly issuer: string; readonly audience: string; readonly lifetime: number }
}

export interface CorsConfig {
  readonly origins: readonly string[]
}

export interface NetworkConfig {
  /** Addresses and CIDR ranges of proxies before us, whose `X-Forwarded-*` are believed. */
  readonly trustedProxies: readonly string[]
  readonly denied: readonly string[]
  /** How trusted proxies pass on the certificates of callers; absent if they do not. */
  readonly clientCertificates?: ForwardedCertificatesConfig
  /** Demands of law because of which nobody from certain addresses is served (RFC 7725). */
  readonly legal: readonly { readonly addresses: readonly string[]; readonly blocker: string }[]
  /** Whether credentials over plain http are refused. */
  readonly requireTls: boolean
}

export interface ForwardedCertificatesConfig {
  readonly form: CertificateForm
  readonly field?: string
  /** Whether they pass on only those whose issuer they trust. */
  readonly verifiedByProxy: boolean
}

export interface LogConfig {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  /** Lines about allowed requests: 1 for all, 0.01 for one in a hundred. Denials are always logged. */
  readonly sampleAllowed: number
  /** A file for OCSF events; absent for none. */
  readonly auditFile?: string
}

export interface ShutdownConfig {
  /** Seconds between "not ready" and the end of accepting; seconds for requests under way. */
  readonly delay: number
  readonly drain: number
}

export interface PersonaConfig {
  /** Absent for nobody. */
  readonly scheme?: SchemeKey
  readonly subject: string
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  readonly acr?: string
  /** Seconds since the login. */
  readonly loggedInFor?: number
}

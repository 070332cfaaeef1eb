export * from '@countersign/core'
export type { Standing } from './authenticate.ts'
export { certificateOfConnection, type CertificateFinding, type CertificateSource } from './certificates/source.ts'
export { certificateOfField, type CertificateForm, type CertificateOfFieldOptions } from './certificates/field.ts'
export type { CertificateText } from './certificates/certificate-text.ts'
export type { CorsOptions } from './cors.ts'
export { authorizationDetails, type AuthorizationDetail, type AuthorizationDetailsOptions } from './facts/authorization-details.ts'
export { owned, type Owned, type OwnedOptions } from './facts/owned.ts'
export { createGuard } from './guard.ts'
export type { Gate, Guard, GuardOptions, PassFields, Passage } from './guard-options.ts'
export {
  apiKey,
  apiKeyInForgeableCookie,
  apiKeyInLoggedQuery,
  type ApiKeyInCookieOptions,
  type ApiKeyInQueryOptions,
  type ApiKeyOptions,
} from './schemes/api-key.ts'
export { basic, type BasicOptions } from './schemes/basic.ts'
export { bearerEither } from './schemes/bearer-either.ts'
export { bearerIntrospection } from './schemes/bearer-introspection.ts'
export type { BearerIntrospectionOptions } from './schemes/bearer-introspection-options.ts'
export { bearerJwt, type BearerJwtScheme } from './schemes/bearer-jwt.ts'
export type { BearerJwtOptions, TrustedIssuer } from './schemes/bearer-jwt-options.ts'
export { bearerOpaque, type BearerOpaqueOptions, type KnownByToken } from './schemes/bearer-opaque.ts'
export type { BearerScheme, PresentedToken, VerifiedToken } from './schemes/bearer-scheme.ts'
export type { IntrospectionClient } from './introspection/client.ts'
export { clientCertificate, type ClientCertificate, type ClientCertificateOptions } from './schemes/client-certificate.ts'
export { dpop, type DpopScheme, type PresentedProof } from './schemes/dpop.ts'
export type { DpopNonceOptions, DpopOptions } from './schemes/dpop-options.ts'
export { replayMemory, type ReplayMemoryOptions, type ReplayStore } from './proofs/replays.ts'
export { sameSecret } from './same-secret.ts'
export type { Known as KnownParty } from './schemes/known.ts'
export type { Settled } from './settle.ts'
export type { Algorithm } from './tokens/algorithms.ts'
export type { Confirmation } from './tokens/confirmation.ts'
export type { ClaimPath } from './tokens/claims.ts'
export { legacyAccessTokens, rfc9068, type TokenProfile } from './tokens/profile.ts'
export type { KeyEvent } from './tokens/remote-keys.ts'

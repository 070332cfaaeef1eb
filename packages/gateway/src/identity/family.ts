import type { IdentityConfig } from '../config/config.ts'

// What frameworks and proxies read an identity from, though we set none of it (RFC 9440 section 4, field practice).
const COMMON = [
  'remote-user',
  'x-remote-user',
  'x-user',
  'x-user-id',
  'x-username',
  'x-auth-user',
  'x-auth-request-user',
  'x-auth-request-email',
  'x-auth-request-groups',
  'x-authenticated-user',
  'x-authenticated-userid',
  'x-webauth-user',
  'x-forwarded-user',
  'x-forwarded-email',
  'x-forwarded-groups',
  'x-forwarded-preferred-username',
  'x-forwarded-access-token',
  'x-forwarded-client-cert',
  'x-client-cert',
  'x-ssl-client-cert',
  'x-ssl-client-verify',
  'x-ssl-client-dn',
  'ssl-client-cert',
  'ssl-client-verify',
  'ssl-client-s-dn',
  'client-cert',
  'client-cert-chain',
  'x-roles',
  'x-groups',
  'x-scopes',
]

/** Every field by which somebody could claim to be somebody towards an upstream, in lower case with dashes. */
export function identityFamily({ headers, assertion }: IdentityConfig): ReadonlySet<string> {
  const own = [headers.subject, headers.roles, headers.scopes, headers.scheme, headers.decision, ...(assertion === undefined ? [] : [assertion.header])]
  return new Set([...COMMON, ...own.map((name) => name.toLowerCase().replaceAll(/[^a-z\d]/g, '-'))])
}

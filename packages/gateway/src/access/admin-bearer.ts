import type { AnyScheme, Scheme, Verified } from '@countersign/core'
import { ADMIN_ROLE } from '../admin/document-parts.ts'
import type { AdminAccessConfig, Config } from '../config/config.ts'
import { buildSchemes, type SchemeOptions } from './schemes.ts'
import { UsedOnce } from './used-once.ts'

/** The scheme of the tokens that the admin port takes; none unless `admin.access` says so. */
export function adminBearer({ admin, schemes }: Pick<Config, 'admin' | 'schemes'>, options: Omit<SchemeOptions, 'config' | 'used'>): AnyScheme | undefined {
  const { bearer } = schemes
  if (admin.access === undefined || bearer === undefined) return undefined
  // What forms and queries may hold is for the API; browsers of whoever keeps the gateway have no business with either.
  const { alsoInForm: _form, alsoInLoggedQuery: _query, ...inAuthorization } = bearer
  const [scheme] = buildSchemes({ ...options, used: new UsedOnce(), config: { bearer: inAuthorization } })
  return withAdminRole(scheme, admin.access)
}

/** Gives the role of the admin API to whoever has one of the roles or scopes that stand for it here. */
function withAdminRole<C>(scheme: Scheme<C>, { roles, scopes }: AdminAccessConfig): Scheme<C> {
  const promote = (verified: Verified): Verified => {
    if (verified.result !== 'accepted') return verified
    const { principal } = verified
    const isAdmin = roles.some((role) => principal.roles.includes(role)) || scopes.some((scope) => principal.scopes.includes(scope))
    return isAdmin ? { ...verified, principal: { ...principal, roles: [...principal.roles, ADMIN_ROLE] } } : verified
  }
  return {
    ...scheme,
    verify: (credentials, context) => {
      const verified = scheme.verify(credentials, context)
      return verified instanceof Promise ? verified.then(promote) : promote(verified)
    },
  }
}

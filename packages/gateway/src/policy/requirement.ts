import { allOf, anyone, authenticated, isNonEmpty, open, type NonEmpty, type Requirement } from '@countersign/core'
import { requirementsOf } from '@countersign/openapi'
import type { RouteConfig } from '../config/config.ts'

/** What the schemes of a configuration are called in challenges. */
export const SCHEME_NAMES = { bearer: 'Bearer', basic: 'Basic', apiKey: 'ApiKey' } as const

/** What one entry of `routes:` asks for. */
export function requirementOf(route: RouteConfig): Requirement {
  if (route.access === 'open') return open()
  const parts = partsOf(route)
  const [first, ...rest] = parts
  if (first === undefined) return route.access === 'anyone' ? anyone() : authenticated()
  return rest.length === 0 ? first : allOf(first, ...rest)
}

function partsOf({ schemes, scopes, acr, recent, roles, owner, user, conceal }: RouteConfig): readonly Requirement[] {
  const rules = {
    conceal,
    user,
    ...(isNonEmpty(scopes) ? { scopes } : {}),
    ...(isNonEmpty(acr) ? { acr } : {}),
    ...(recent === undefined ? {} : { recent }),
    ...(isNonEmpty(roles) ? { roles } : {}),
    ...(owner === undefined ? {} : { owner: { parameter: owner, otherwise: 'conceal' } as const }),
  }
  return [...(isNonEmpty(schemes) ? [authenticated({ via: namesOf(schemes) })] : []), ...requirementsOf(rules)]
}

function namesOf(schemes: NonEmpty<keyof typeof SCHEME_NAMES>): NonEmpty<string> {
  const [first, ...rest] = schemes
  return [SCHEME_NAMES[first], ...rest.map((name) => SCHEME_NAMES[name])]
}

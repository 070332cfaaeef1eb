import { allOf, anyone, authenticated, isNonEmpty, open, type NonEmpty, type Requirement } from '@countersign/core'
import { hiddenBy, requirementsOf } from '@countersign/openapi'
import type { RouteConfig, SchemeKey } from '../config/config.ts'
import { SCHEME_NAMES } from './scheme-names.ts'

/** What one entry of `routes:` asks for. */
export function requirementOf(route: RouteConfig): Requirement {
  if (route.access === 'open') return open()
  const parts = partsOf(route)
  const [first, ...rest] = parts
  if (first === undefined && route.access === 'anyone') return anyone()
  return hiddenBy(route, first === undefined ? authenticated() : rest.length === 0 ? first : allOf(first, ...rest))
}

function partsOf({ schemes, scopes, acr, recent, roles, owner, user, bound, conceal }: RouteConfig): readonly Requirement[] {
  const rules = {
    conceal,
    user,
    bound,
    ...(isNonEmpty(scopes) ? { scopes } : {}),
    ...(isNonEmpty(acr) ? { acr } : {}),
    ...(recent === undefined ? {} : { recent }),
    ...(isNonEmpty(roles) ? { roles } : {}),
    ...(owner === undefined ? {} : { owner: { parameter: owner, otherwise: 'conceal' } as const }),
  }
  return [...(isNonEmpty(schemes) ? [authenticated({ via: namesOf(schemes) })] : []), ...requirementsOf(rules)]
}

function namesOf(schemes: NonEmpty<SchemeKey>): NonEmpty<string> {
  const [first, ...rest] = schemes
  return [SCHEME_NAMES[first], ...rest.map((name) => SCHEME_NAMES[name])]
}

import { allOf, anyone, assurance, authenticated, fact, isNonEmpty, open, role, scope, type NonEmpty, type Requirement } from '@countersign/core'
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

function partsOf({ schemes, scopes, acr, recent, roles, owner, conceal }: RouteConfig): readonly Requirement[] {
  const parts: Requirement[] = []
  if (isNonEmpty(schemes)) parts.push(authenticated({ via: namesOf(schemes) }))
  if (isNonEmpty(scopes)) parts.push(scope(...scopes))
  if (isNonEmpty(acr) || recent !== undefined)
    parts.push(assurance({ ...(isNonEmpty(acr) ? { acr } : {}), ...(recent === undefined ? {} : { maxAge: recent }) }))
  if (isNonEmpty(roles)) parts.push(conceal ? concealedRole(roles) : role(...roles))
  if (owner !== undefined) parts.push(ownedBy(owner))
  return parts
}

function namesOf(schemes: NonEmpty<keyof typeof SCHEME_NAMES>): NonEmpty<string> {
  const [first, ...rest] = schemes
  return [SCHEME_NAMES[first], ...rest.map((name) => SCHEME_NAMES[name])]
}

/** A role whose lack is answered like a resource that does not exist. As a fact it is never asked for anonymous callers, who get the challenge. */
function concealedRole(roles: NonEmpty<string>): Requirement {
  return fact({
    name: `role(${roles.join(' or ')})`,
    otherwise: 'conceal',
    resolve: ({ principal }) => ({ holds: principal.roles.some((has) => roles.includes(has)) }),
  })
}

/** The caller's own: the path parameter is its subject. */
function ownedBy(parameter: string): Requirement {
  return fact({
    name: `owner ${parameter}`,
    otherwise: 'conceal',
    resolve: ({ principal, params }) => ({ holds: params[parameter] === principal.subject }),
  })
}

import { assurance, authenticated, bound, fact, role, scope, unprobeable, user, type FactResolver, type NonEmpty, type Requirement } from '@countersign/core'
import type { Rules } from './extension.ts'

/** What rules ask for beside credentials, part by part: those of `x-countersign`, and those that others write in the same words. */
export function requirementsOf(
  { roles, scopes, owner, conceal, recent, acr, user: person, bound: proven }: Partial<Rules>,
  facts: Facts = createFacts(),
): readonly Requirement[] {
  const added: Requirement[] = []
  if (person === true) added.push(user())
  if (proven === true) added.push(bound())
  if (recent !== undefined || acr !== undefined) {
    added.push(assurance({ ...(acr === undefined ? {} : { acr }), ...(recent === undefined ? {} : { maxAge: recent }) }))
  }
  if (scopes !== undefined) added.push(scope(...scopes))
  if (roles !== undefined) added.push(roleOf(roles, { conceal: conceal === true, facts }))
  if (owner !== undefined) added.push(ownerOf(owner, facts))
  return added
}

/** Hides all that a rule asks for behind 404, if it says so. Where it asks for nobody in particular it still asks for somebody, or nothing would be hidden. */
export function hiddenBy({ unprobeable: hides }: Pick<Partial<Rules>, 'unprobeable'>, requirement: Requirement): Requirement {
  if (hides !== true) return requirement
  return unprobeable(requirement.type === 'open' || requirement.type === 'anyone' ? authenticated() : requirement)
}

/** A concealed role is a fact, because a missing role would be told apart from a missing resource. As a fact it is never asked for anonymous callers, who get the challenge. */
export function roleOf(names: NonEmpty<string>, { conceal, facts }: Manner): Requirement {
  if (!conceal) return role(...names)
  const name = `role(${names.map(quoted).join(' or ')})`
  return fact({ name, otherwise: 'conceal', resolve: facts(name, ({ principal }) => ({ holds: names.some((one) => principal.roles.includes(one)) })) })
}

/** The roles of which one is asked for by the fact of a concealed role, from its name; none for other facts. */
export function concealedRoles(fact: string): readonly string[] {
  const [, list = ''] = /^role\((.+)\)$/.exec(fact) ?? []
  const words = [...list.matchAll(/"(?:[^"\\]|\\.)*"|[^\s"]+/g)].map(([word]) => word)
  // Every second word is an `or`. What is in quotes was written by JSON.stringify().
  return words.filter((_, index) => index % 2 === 0).map((word) => (word.startsWith('"') ? (JSON.parse(word) as string) : word))
}

// Names of facts tell them apart, so two lists of roles must never have one name.
function quoted(name: string): string {
  return /^[\w:./-]+$/.test(name) ? name : JSON.stringify(name)
}

function ownerOf({ parameter, otherwise }: Rules['owner'], facts: Facts): Requirement {
  const name = `owner ${parameter}`
  const resolve = facts(name, ({ params, principal }) => ({ holds: Object.hasOwn(params, parameter) && params[parameter] === principal.subject }))
  return fact({ name, otherwise, resolve })
}

/** The function of a fact, the same for all facts of one name: a guard refuses two under one name. */
export type Facts = (name: string, resolve: FactResolver) => FactResolver

export function createFacts(): Facts {
  const resolvers = new Map<string, FactResolver>()
  return (name, resolve) => {
    const known = resolvers.get(name) ?? resolve
    resolvers.set(name, known)
    return known
  }
}

/** How refusals of roles look, and where facts come from. */
export interface Manner {
  readonly conceal: boolean
  readonly facts: Facts
}

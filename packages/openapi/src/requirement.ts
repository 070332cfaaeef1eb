import {
  allOf,
  anyOf,
  anyone,
  assurance,
  authenticated,
  fact,
  isNonEmpty,
  open,
  role,
  scope,
  user,
  type FactResolver,
  type NonEmpty,
  type Requirement,
} from '@countersign/core'
import type { Extension, Rules } from './extension.ts'
import { isFallback, type Alternative } from './security.ts'

/** What a document says about one operation, put together from both of its sources. */
export interface Statement {
  /** Nothing where the document is silent; an empty list where it opens the operation. */
  readonly alternatives: readonly Alternative[] | undefined
  readonly extension: Extension
}

/** Makes a function that gives the requirement of an operation: what `security` asks for AND what `x-countersign` asks for. */
export function requirementCompiler(): (statement: Statement) => Requirement {
  const facts = createFacts()
  return ({ alternatives, extension }) => {
    const manner = { conceal: extension.conceal?.value === true, facts }
    const added = rules(extension, manner)
    if (alternatives?.length === 0 && added.length === 0) return open()
    const [first, ...others] = (alternatives ?? []).map((alternative) => alternativeOf(alternative, manner))
    if (first === undefined) return together(added) ?? authenticated()
    return together([others.length === 0 ? first : anyOf(first, ...others), ...added]) ?? authenticated()
  }
}

function alternativeOf(alternative: Alternative, manner: Manner): Requirement {
  if (isFallback(alternative)) return authenticated()
  const parts: Requirement[] = alternative.via.map((name) => authenticated({ via: [name] }))
  if (isNonEmpty(alternative.scopes)) parts.push(scope(...alternative.scopes))
  // OpenAPI 3.1: role names "which are required for the execution", so each of them.
  for (const name of alternative.roles) parts.push(roleOf([name], manner))
  return together(parts) ?? anyone()
}

function rules({ roles, scopes, owner, recent, acr, user: person }: Extension, manner: Manner): readonly Requirement[] {
  const added: Requirement[] = []
  if (person?.value === true) added.push(user())
  if (recent !== undefined || acr !== undefined) {
    added.push(assurance({ ...(acr === undefined ? {} : { acr: acr.value }), ...(recent === undefined ? {} : { maxAge: recent.value }) }))
  }
  if (scopes !== undefined) added.push(scope(...scopes.value))
  if (roles !== undefined) added.push(roleOf(roles.value, manner))
  if (owner !== undefined) added.push(ownerOf(owner.value, manner.facts))
  return added
}

function together(parts: readonly Requirement[]): Requirement | undefined {
  const [first, ...others] = parts
  return first === undefined || others.length === 0 ? first : allOf(first, ...others)
}

/** A concealed role is a fact, because a missing role would be told apart from a missing resource. */
function roleOf(names: NonEmpty<string>, { conceal, facts }: Manner): Requirement {
  if (!conceal) return role(...names)
  const name = `role ${names.map(quoted).join(' or ')}`
  return fact({ name, otherwise: 'conceal', resolve: facts(name, ({ principal }) => ({ holds: names.some((one) => principal.roles.includes(one)) })) })
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
type Facts = (name: string, resolve: FactResolver) => FactResolver

function createFacts(): Facts {
  const resolvers = new Map<string, FactResolver>()
  return (name, resolve) => {
    const known = resolvers.get(name) ?? resolve
    resolvers.set(name, known)
    return known
  }
}

/** How refusals of roles look, and where facts come from. */
interface Manner {
  readonly conceal: boolean
  readonly facts: Facts
}

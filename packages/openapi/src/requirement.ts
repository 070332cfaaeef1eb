import { allOf, anyOf, anyone, authenticated, isNonEmpty, open, scope, type Requirement } from '@countersign/core'
import type { Extension, Rules } from './extension.ts'
import { createFacts, hiddenBy, requirementsOf, roleOf, type Manner } from './rule-requirements.ts'
import { isAnyone, isFallback, type Alternative } from './security.ts'

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
    const rules = valuesOf(extension)
    const manner = { conceal: rules.conceal === true, facts }
    const added = requirementsOf(rules, facts)
    if (alternatives?.length === 0 && added.length === 0) return open()
    // Beside `{}` it would hide nothing: whoever has no credentials would be let in.
    const known = rules.unprobeable === true && alternatives?.some(isAnyone) === true ? [authenticated()] : []
    const either = eitherOf((alternatives ?? []).map((alternative) => alternativeOf(alternative, manner)))
    return hiddenBy(rules, together([...(either === undefined ? [] : [either]), ...added, ...known]) ?? authenticated())
  }
}

/** Alternatives that ask for nothing but a scheme are one requirement with several schemes, which is how people read it. */
function eitherOf(alternatives: readonly Requirement[]): Requirement | undefined {
  const via = alternatives.flatMap((one) => (one.type === 'authenticated' ? (one.via ?? []) : []))
  const only = alternatives.every((one) => one.type === 'authenticated' && one.via !== undefined)
  if (only && isNonEmpty(via)) return authenticated({ via })
  const [first, ...others] = alternatives
  return first === undefined || others.length === 0 ? first : anyOf(first, ...others)
}

function alternativeOf(alternative: Alternative, manner: Manner): Requirement {
  if (isFallback(alternative)) return authenticated()
  const parts: Requirement[] = alternative.via.map((name) => authenticated({ via: [name] }))
  if (isNonEmpty(alternative.scopes)) parts.push(scope(...alternative.scopes))
  // OpenAPI 3.1: role names "which are required for the execution", so each of them.
  for (const name of alternative.roles) parts.push(roleOf([name], manner))
  return together(parts) ?? anyone()
}

/** The members of an extension without their places. */
function valuesOf(extension: Extension): Partial<Rules> {
  return Object.fromEntries(Object.entries(extension).map(([member, { value }]) => [member, value]))
}

function together(parts: readonly Requirement[]): Requirement | undefined {
  const [first, ...others] = parts
  return first === undefined || others.length === 0 ? first : allOf(first, ...others)
}

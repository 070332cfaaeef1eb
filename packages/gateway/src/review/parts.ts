import type { Requirement, Step } from '@countersign/core'
import type { PersonaConfig } from '../config/config.ts'

/** One part of a requirement and what became of it. */
export interface Part {
  /** In words: `the role admin`. */
  readonly text: string
  /** `not-asked`: the answer was clear without it. */
  readonly met: 'yes' | 'no' | 'unknown' | 'not-asked'
  /** How deep it stands inside of `all of` and `one of`. */
  readonly depth: number
  /** What the caller has instead. */
  readonly has?: string
}

/** Where a part was looked at: by whom, and what the decision says about it. */
export interface Looked {
  readonly steps: readonly Step[]
  readonly persona: PersonaConfig
}

/** A requirement part by part, each with what the steps of a decision say about it. */
export function partsOf(requirement: Requirement, looked: Looked, depth = 0): readonly Part[] {
  if (requirement.type === 'unprobeable') {
    const inner = partsOf(requirement.of, looked, depth + 1)
    return [{ text: 'with 404 for everybody else', met: together([inner]), depth }, ...inner]
  }
  if (requirement.type !== 'all' && requirement.type !== 'any') {
    const met = metIn(looked.steps, requirement)
    const has = met === 'no' ? hasInstead(requirement, looked.persona) : undefined
    return [{ text: inWords(requirement), met, depth, ...(has === undefined ? {} : { has }) }]
  }
  const inner = requirement.of.map((part) => partsOf(part, looked, depth + 1))
  const met = requirement.type === 'all' ? together(inner) : alternatively(inner)
  return [{ text: requirement.type === 'all' ? 'all of' : 'one of', met, depth }, ...inner.flat()]
}

function metIn(steps: readonly Step[], requirement: Requirement): Part['met'] {
  for (const step of steps) {
    if (step.stage === 'require' && step.requirement === requirement) return step.passed ? 'yes' : 'no'
    if (step.stage === 'fact' && requirement.type === 'fact' && step.name === requirement.name)
      return step.holds === 'unknown' ? 'unknown' : step.holds ? 'yes' : 'no'
  }
  return requirement.type === 'open' ? 'yes' : 'not-asked'
}

function together(parts: readonly (readonly Part[])[]): Part['met'] {
  return worst(parts, ['no', 'unknown', 'not-asked', 'yes'])
}

function alternatively(parts: readonly (readonly Part[])[]): Part['met'] {
  return worst(parts, ['yes', 'unknown', 'not-asked', 'no'])
}

function worst(parts: readonly (readonly Part[])[], order: readonly [Part['met'], ...Part['met'][]]): Part['met'] {
  const heads = parts.flatMap(([head]) => (head === undefined ? [] : [head.met]))
  return order.find((met) => heads.includes(met)) ?? order[0]
}

/** What one part asks for, in words. */
export function inWords(requirement: Requirement): string {
  switch (requirement.type) {
    case 'open':
      return 'nothing: open to everybody, credentials are not looked at'
    case 'anyone':
      return 'nothing: credentials are not needed, and bad ones are refused'
    case 'authenticated':
      return requirement.via === undefined ? 'accepted credentials' : `${requirement.via.join(' or ')} credentials`
    case 'scope':
      return `the ${named('scope', requirement.all)}`
    case 'role':
      return requirement.any.length === 1 ? `the ${named('role', requirement.any)}` : `one of the ${named('role', requirement.any)}`
    case 'user':
      return 'a person, not a client on its own'
    case 'bound':
      return 'credentials that are bound to something the request has shown'
    case 'unprobeable':
      return `${inWords(requirement.of)}, with 404 for everybody else`
    case 'assurance':
      return loginText(requirement)
    case 'fact':
      return `the fact \`${requirement.name}\`${requirement.otherwise === 'conceal' ? ', concealed otherwise' : ''}`
    case 'all':
      return requirement.of.map(inWords).join(' and ')
    case 'any':
      return requirement.of.map(inWords).join(' or ')
  }
}

/** `a login of strength gold, at most 300 s old`. */
export function loginText({ acr, maxAge }: { readonly acr?: readonly string[]; readonly maxAge?: number }): string {
  const strength = acr === undefined ? [] : [`of strength ${acr.join(' or ')}`]
  const age = maxAge === undefined ? [] : [`at most ${maxAge} s old`]
  return `a login ${[...strength, ...age].join(', ')}`
}

export function named(noun: string, words: readonly string[]): string {
  return `${noun}${words.length === 1 ? '' : 's'} ${words.join(', ')}`
}

function hasInstead(requirement: Requirement, { scheme, scopes, roles, acr, loggedInFor }: PersonaConfig): string | undefined {
  if (scheme === undefined) return undefined
  switch (requirement.type) {
    case 'scope':
      return scopes.length === 0 ? 'has no scopes' : `has the ${named('scope', scopes)}`
    case 'role':
      return roles.length === 0 ? 'has no roles' : `has the ${named('role', roles)}`
    case 'assurance':
      return [acr === undefined ? 'strength unknown' : `strength ${acr}`, loggedInFor === undefined ? 'age unknown' : `${loggedInFor} s old`].join(', ')
    default:
      return undefined
  }
}

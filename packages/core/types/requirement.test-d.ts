import {
  allOf,
  anyOf,
  anyone,
  assurance,
  authenticated,
  fact,
  open,
  recent,
  role,
  scope,
  user,
  type Known,
  type Principal,
  type PrincipalBehind,
  type Requirement,
  type Secret,
} from '@countersign/core'

// @ts-expect-error a route that asks for a role names at least one
role()
// @ts-expect-error a route that asks for scopes names at least one
scope()
// @ts-expect-error a list that may be empty could ask for nothing
role(...([] as string[]))
// @ts-expect-error a composition of nothing would let everybody in
allOf()
// @ts-expect-error an alternative of nothing would let nobody in
anyOf()
// @ts-expect-error a restriction to no scheme could never be met
authenticated({ via: [] })
// @ts-expect-error an age is a number of seconds, not a text
recent({ maxAge: '5 min' })
// @ts-expect-error a fact that nobody can establish is no fact
fact({ name: 'owner' })
// @ts-expect-error a refused fact is forbidden or concealed, there is no third way
fact({ name: 'owner', resolve: () => ({ holds: true }), otherwise: 'allow' })

type Equal<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
type Behind<R extends Requirement> = PrincipalBehind<R>

const owner = fact({ name: 'owner', resolve: () => ({ holds: true }) })
const someone = role('a')
const everybody = anyone()
const nobodyAsked = open()
const together = allOf(everybody, someone)
const alternatives = anyOf(everybody, someone)
const nested = allOf(anyOf(someone, owner), everybody)
const nestedOptional = anyOf(allOf(everybody, everybody), someone)

export const behindAnyone: Equal<Behind<typeof everybody>, Principal | null> = true
export const behindOpen: Equal<Behind<typeof nobodyAsked>, Principal | null> = true
export const behindRole: Equal<Behind<typeof someone>, Principal> = true
export const behindTogether: Equal<Behind<typeof together>, Principal> = true
export const behindAlternatives: Equal<Behind<typeof alternatives>, Principal | null> = true
export const behindNested: Equal<Behind<typeof nested>, Principal> = true
export const behindNestedOptional: Equal<Behind<typeof nestedOptional>, Principal | null> = true
// A requirement whose type says nothing, such as one from a file, promises no principal.
export const behindUnknown: Equal<Behind<Requirement>, Principal | null> = true

export const knowing: readonly Known[] = [role('a'), scope('a'), user(), authenticated(), assurance({ maxAge: 1 }), recent({ maxAge: 1 }), owner]
export const knownTogether: Known = allOf(anyone(), role('a'))
export const knownAlternatives: Known = anyOf(role('a'), scope('b'))

// @ts-expect-error anyone may be behind the first alternative
export const unknownAlternatives: Known = anyOf(anyone(), role('a'))
// @ts-expect-error nothing is known behind anyone() alone
export const unknownAnyone: Known = anyone()
// @ts-expect-error nothing is known behind open()
export const unknownOpen: Known = open()
// @ts-expect-error two parts that ask for nobody know nobody
export const unknownTogether: Known = allOf(anyone(), anyone())
// @ts-expect-error plain data has not been through a builder, so it promises nothing
export const unbuilt: Known = { type: 'role', any: ['a'] }

export function subjectOf(principal: Behind<typeof someone>): string {
  return principal.subject
}

export function perhapsSubjectOf(principal: Behind<typeof everybody>): string {
  // @ts-expect-error behind anyone() the principal may be null
  return principal.subject
}

export function leak(secret: Secret): string {
  // @ts-expect-error a secret is no text; only `reveal()` gives it away
  return secret
}

import { isScopeToken } from '@countersign/core'
import { kindOf, type Entry, type Node } from './node.ts'
import { fail, fieldsOf, itemsOf, wrongType, type Reader } from './reader.ts'
import { didYouMean } from './suggestion.ts'

/** The member of documents that is ours. */
export const EXTENSION = 'x-countersign'

/** What `x-countersign` can add to what OpenAPI says. */
export interface Rules {
  readonly roles: readonly [string, ...string[]]
  readonly scopes: readonly [string, ...string[]]
  readonly owner: { readonly parameter: string; readonly otherwise: 'forbid' | 'conceal' }
  readonly conceal: boolean
  readonly recent: number
  readonly acr: readonly [string, ...string[]]
  readonly user: boolean
  readonly bound: boolean
  readonly unprobeable: boolean
}

/** Root, path item, operation: a nearer one replaces what a farther one says, member by member. */
export type Level = 0 | 1 | 2

/** A member that counts, and where it was written. */
export interface Written<T> {
  readonly value: T
  readonly at: Entry
  readonly level: Level
}

export type Extension = { readonly [M in keyof Rules]?: Written<Rules[M]> }

/** The members that ask for something; `conceal` only says how to refuse. */
const ASKING = ['roles', 'scopes', 'owner', 'recent', 'acr', 'user', 'bound', 'unprobeable'] as const

/** What an extension asks for beyond OpenAPI, the nearest first. */
export function askedBy(extension: Extension): readonly Written<unknown>[] {
  const asking = ASKING.map((member) => extension[member]).filter((written) => written !== undefined)
  return asking.filter(({ value }) => value !== false).sort((a, b) => b.level - a.level)
}

type Read<T> = (reader: Reader, node: Node, what: string) => T | undefined

const MEMBERS: { readonly [M in keyof Rules]: Read<Rules[M]> } = {
  roles: (reader, node, what) => words(reader, node, { what, accepts: (text) => text !== '', accepted: 'role names' }),
  scopes: (reader, node, what) => words(reader, node, { what, accepts: isScopeToken, accepted: 'scopes without spaces, quotes and backslashes' }),
  owner: readOwner,
  conceal: flag,
  recent: (reader, node, what) => {
    if (node.kind === 'scalar' && typeof node.value === 'number' && Number.isSafeInteger(node.value) && node.value >= 0) return node.value
    return wrongType(reader, node, `${what} is ${kindOf(node)}; write a whole number of seconds, 0 or more`)
  },
  acr: (reader, node, what) => words(reader, node, { what, accepts: isScopeToken, accepted: 'authentication context values without spaces' }),
  user: flag,
  bound: flag,
  unprobeable: flag,
}

/** Reads one `x-countersign`. Members that cannot be read are reported and left out. */
export function readExtension(reader: Reader, at: Entry, level: Level): Extension {
  const fields = fieldsOf(reader, at.value, `\`${EXTENSION}\``) ?? new Map<string, Entry>()
  const found: { -readonly [M in keyof Rules]?: Written<Rules[M]> } = {}
  const take = (member: keyof Rules, entry: Entry): void => {
    const node = reader.references.follow(entry.value)
    const value = node && MEMBERS[member](reader, node, `\`${member}\``)
    // Each member is put under its own name, which the compiler cannot follow through a table.
    if (value !== undefined) Object.assign(found, { [member]: { value, at: entry, level } })
  }
  for (const [name, entry] of fields) {
    if (isMember(name)) take(name, entry)
    else fail(reader, { code: 'unknown-member', message: `\`${EXTENSION}\` has no member \`${name}\``, hint: didYouMean(name, Object.keys(MEMBERS)) }, entry)
  }
  return found
}

function isMember(name: string): name is keyof Rules {
  return Object.hasOwn(MEMBERS, name)
}

function flag(reader: Reader, node: Node, what: string): boolean | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value
  return wrongType(reader, node, `${what} is ${kindOf(node)}; write \`true\` or \`false\``)
}

interface Vocabulary {
  readonly what: string
  readonly accepts: (text: string) => boolean
  readonly accepted: string
}

function words(reader: Reader, node: Node, { what, accepts, accepted }: Vocabulary): readonly [string, ...string[]] | undefined {
  const items = itemsOf(reader, node, what)
  if (items === undefined) return undefined
  const texts: string[] = []
  for (const item of items) {
    if (item.kind === 'scalar' && typeof item.value === 'string' && accepts(item.value)) texts.push(item.value)
    else return wrongType(reader, item, `${what} has ${kindOf(item)} that is not accepted; write ${accepted}`)
  }
  const [first, ...others] = texts
  return first === undefined ? wrongType(reader, node, `${what} is empty; write ${accepted}`) : [first, ...others]
}

function readOwner(reader: Reader, node: Node, what: string): Rules['owner'] | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'string') return { parameter: node.value, otherwise: 'conceal' }
  if (node.kind !== 'map') return wrongType(reader, node, `${what} is ${kindOf(node)}; write a path parameter, or \`{ parameter, otherwise }\``)
  const fields = fieldsOf(reader, node, what) ?? new Map<string, Entry>()
  for (const [name, entry] of fields) {
    if (name === 'parameter' || name === 'otherwise') continue
    fail(reader, { code: 'unknown-member', message: `${what} has no member \`${name}\``, hint: didYouMean(name, ['parameter', 'otherwise']) }, entry)
  }
  const parameter = fields.get('parameter')?.value
  const otherwise = fields.get('otherwise')?.value
  if (parameter?.kind !== 'scalar' || typeof parameter.value !== 'string')
    return wrongType(reader, parameter ?? node, `${what} has no text \`parameter\`; write the name of a path parameter`)
  if (otherwise === undefined) return { parameter: parameter.value, otherwise: 'conceal' }
  const word = otherwise.kind === 'scalar' ? otherwise.value : undefined
  if (word === 'forbid' || word === 'conceal') return { parameter: parameter.value, otherwise: word }
  return wrongType(reader, otherwise, '`otherwise` is neither `forbid` nor `conceal`')
}

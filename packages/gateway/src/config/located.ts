import { gluedSecret } from './secret-members.ts'
import { printable } from './source.ts'

/** A value of the file, with variables filled in, and where it is written. */
export interface Located {
  /** As plain data; maps have no prototype. */
  readonly value: unknown
  readonly start: number
  readonly end: number
  /** Where the key of this value begins, if it has one. */
  readonly key?: number
  /** What is written in the file, where variables were filled in. */
  readonly written?: string
  /** Whether it was told already that there is no value to go on with. */
  readonly faulty?: boolean
  /** Whether this is a credential, or a map whose keys are. */
  readonly secret: boolean
  /** Members of a map by key, items of a list by index. */
  readonly members: ReadonlyMap<string, Located>
}

/** A value that is a map. */
export interface LocatedMap extends Located {
  readonly value: Readonly<Record<string, unknown>>
}

export type Path = readonly (string | number)[]

/** The value at a path. */
export function find(root: Located, path: Path): Located | undefined {
  let found: Located | undefined = root
  for (const step of path) found = found?.members.get(String(step))
  return found
}

/** The value at a path, or the innermost one around it that exists. */
export function nearest(root: Located, path: Path): Located {
  let found = root
  for (const step of path) {
    const member = found.members.get(String(step))
    if (member === undefined) break
    found = member
  }
  return found
}

/** The items of a list; a single value counts as a list of one, and a map has none. */
export function items(node: Located | undefined): readonly Located[] {
  if (node === undefined || node.value === null) return []
  if (Array.isArray(node.value)) return [...node.members.values()]
  return typeof node.value === 'object' ? [] : [node]
}

export function textOf(node: Located | undefined): string | undefined {
  return typeof node?.value === 'string' ? node.value : undefined
}

/** Whether a flag is on, also by the text of a variable. A map has no text at all, not even one of JavaScript's. */
export function isOn(node: Located | undefined): boolean {
  return node?.value === true || node?.value === 'true'
}

export function isMap(node: Located | undefined): node is LocatedMap {
  return node !== undefined && typeof node.value === 'object' && node.value !== null && !Array.isArray(node.value)
}

/** A path as people write it, `apis[0].routes[2].owner`, without the keys that are credentials. */
export function pathText(root: Located, path: Path): string {
  let text = ''
  let around: Located | undefined = root
  for (const step of path) {
    const shown: string = around?.secret === true ? '[secret]' : keyText(String(step))
    if (typeof step === 'number') text += `[${step}]`
    else text += text === '' || shown === '[secret]' ? shown : `.${shown}`
    around = around?.members.get(String(step))
  }
  return text === '' ? 'the file' : `\`${text}\``
}

/** A key for messages. */
export function keyText(key: string): string {
  const name = gluedSecret(key)
  return name === undefined ? cut(key) : `${cut(name)}:…`
}

/** What a message says that was found: never a credential, and never what came out of the environment. */
export function shown({ value, written, secret }: Located): string {
  if (written !== undefined && !secret) return `what \`${cut(written)}\` was filled in with`
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  if (secret) return 'wrong, which is all that is said about a secret'
  // What is left is a text, a number or a truth.
  return value === '' ? 'an empty text' : `\`${cut(`${value as string | number | boolean}`)}\``
}

const LONGEST = 60

export function cut(text: string): string {
  return printable(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text).replaceAll('\n', '·')
}

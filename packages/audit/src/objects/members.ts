import type { Exchange } from '../exchange.ts'

/** The JSON content of a response; nothing if there is none, or if it was cut off. */
export function jsonOf(exchange: Exchange | undefined): unknown {
  if (exchange?.response === undefined || exchange.response.truncated) return undefined
  try {
    return JSON.parse(exchange.response.body)
  } catch {
    return undefined
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Values that are taken apart at most. */
const MOST = 5000

/** Every value in some JSON by its path (RFC 6901), as JSON. */
export function membersOf(value: unknown): Map<string, string> {
  const found = new Map<string, string>()
  const visit = (one: unknown, path: string): void => {
    if (found.size >= MOST) return
    if (Array.isArray(one)) for (const [index, item] of one.entries()) visit(item, `${path}/${index}`)
    else if (isRecord(one)) for (const [name, item] of Object.entries(one)) visit(item, `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    else found.set(path, JSON.stringify(one) ?? 'null')
  }
  visit(value, '')
  return found
}

/** Paths whose values are not the same in both, or stand in one of them only. */
export function differences(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): readonly string[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((path) => one.get(path) !== other.get(path))
}

/** The members called by one of these names, wherever they stand. */
export function named(members: ReadonlyMap<string, string>, names: readonly string[]): readonly (readonly [path: string, value: string])[] {
  return [...members].filter(([path]) => names.includes(nameOf(path)))
}

/** The name of a member; of an element, that of its list. */
export function nameOf(path: string): string {
  const last = path
    .split('/')
    .filter((part) => !/^\d+$/.test(part))
    .at(-1)
  return (last ?? '').replaceAll('~1', '/').replaceAll('~0', '~')
}

/** The smallest object of some JSON in which a text stands: the element of a list. */
export function elementWith(value: unknown, text: string): Readonly<Record<string, unknown>> | undefined {
  const children = Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : []
  for (const child of children) {
    const inside = elementWith(child, text)
    if (inside !== undefined && (Array.isArray(value) || hasId(inside))) return inside
  }
  return isRecord(value) && JSON.stringify(value).includes(text) ? value : undefined
}

function hasId(value: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(value).some((name) => /^_?id$|id$|^(key|slug|uuid)$/i.test(name))
}

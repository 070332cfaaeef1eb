import type { AuditResponse } from '../../exchange.ts'
import { jsonOf } from '../../observe/fingerprint.ts'

/** How much of an answer is in another one: all of it, less of it, or something else. */
export type Likeness = 'same' | 'less' | 'other'

/** Compares an answer with the one that somebody who may got. */
export function likeness(answer: AuditResponse, entitled: AuditResponse): Likeness {
  if (answer.body === entitled.body) return 'same'
  const [got, whole] = [jsonOf(answer), jsonOf(entitled)]
  if (got === undefined || whole === undefined) return (got === undefined) === (whole === undefined) && answer.body !== '' ? 'same' : 'other'
  const names = new Set(membersOf(got))
  const wanted = membersOf(whole)
  if (wanted.length === 0) return JSON.stringify(got).length < JSON.stringify(whole).length ? 'less' : 'same'
  const there = wanted.filter((name) => names.has(name)).length
  if (there === wanted.length) return 'same'
  return there > 0 || JSON.stringify(got).length <= 2 ? 'less' : 'other'
}

const DEPTH = 6

/** The names of all members, each once, with the path that leads to them. */
export function membersOf(value: unknown, at = '', depth = DEPTH): readonly string[] {
  if (depth === 0 || typeof value !== 'object' || value === null) return []
  const inside = Array.isArray(value)
    ? value.flatMap((item) => membersOf(item, `${at}[]`, depth - 1))
    : Object.entries(value).flatMap(([name, one]) => [`${at}.${name}`, ...membersOf(one, `${at}.${name}`, depth - 1)])
  return [...new Set(inside)]
}

const LENGTH = 6

/** Values that stand for this data and nothing else: the texts and long numbers of a JSON answer, at any depth. */
export function valuesOf(value: unknown, depth = DEPTH): readonly string[] {
  if (typeof value === 'string') return value.length >= LENGTH ? [value] : []
  if (typeof value === 'number') return String(value).length >= LENGTH ? [String(value)] : []
  if (depth === 0 || typeof value !== 'object' || value === null) return []
  return [...new Set(Object.values(value).flatMap((one: unknown) => valuesOf(one, depth - 1)))]
}

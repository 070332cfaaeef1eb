import type { Entry, MapNode, Node } from './node.ts'
import { kindOf } from './node.ts'
import type { Problem, Problems, Spot } from './problems.ts'
import type { References } from './references.ts'

/** The versions whose rules differ here. */
export type Version = '2.0' | '3.0' | '3.1' | '3.2'

/** What everybody needs who reads a part of a document. */
export interface Reader {
  readonly version: Version
  readonly entry: Node
  readonly references: References
  readonly problems: Problems
}

/** The entries of a map, after its `$ref`s; nothing and a diagnostic if it is none. Keys that are there twice are reported. */
export function fieldsOf(reader: Reader, node: Node, what: string): ReadonlyMap<string, Entry> | undefined {
  const found = reader.references.follow(node)
  if (found === undefined) return undefined
  if (found.kind !== 'map') return wrongType(reader, found, `${what} is ${kindOf(found)}; write a map`)
  reportRepeated(found, reader.problems)
  return found.entries()
}

/** Reports the keys of a map that are there twice. */
export function reportRepeated(map: MapNode, problems: Problems): void {
  for (const again of map.repeated()) problems.error({ code: 'duplicate-key', message: `\`${again.key}\` is there twice`, hint: 'keep one of them' }, again)
}

/** The items of a list; nothing and a diagnostic if it is none. */
export function itemsOf(reader: Reader, node: Node, what: string): readonly Node[] | undefined {
  const found = reader.references.follow(node)
  if (found === undefined || found.kind === 'list') return found?.items()
  return wrongType(reader, found, `${what} is ${kindOf(found)}; write a list`)
}

export function wrongType(reader: Reader, at: Spot, message: string): undefined {
  return fail(reader, { code: 'wrong-type', message }, at)
}

/** Reports an error and answers nothing, so that readers can end with it. */
export function fail({ problems }: Reader, problem: Problem, at: Spot): undefined {
  problems.error(problem, at)
  return undefined
}

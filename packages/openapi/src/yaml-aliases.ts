import { isAlias, isCollection, isPair, type Alias, type Node as YamlNode } from 'yaml'
import type { Fault } from './node.ts'

/** What each alias of a document stands for. */
export type Aliases = ReadonlyMap<Alias, YamlNode>

/**
 * Finds what each alias stands for, and counts the nodes that the document would have if they were copied.
 *
 * Answers a fault if there would be more than `limit`, or if an anchor contains itself.
 */
export function resolveAliases(root: YamlNode, limit: number): Aliases | Fault {
  const found = new Map<Alias, YamlNode>()
  const anchors = new Map<string, YamlNode>()
  const sizes = new Map<YamlNode, number>()
  let fault: Fault | undefined
  const fail = (code: string, message: string, node: YamlNode): number => {
    fault ??= { code, message, offset: node.range?.[0] ?? 0 }
    return 0
  }
  const sizeOfAlias = (alias: Alias): number => {
    const target = anchors.get(alias.source)
    if (target === undefined) return fail('syntax', 'an alias names an anchor that does not stand before it', alias)
    found.set(alias, target)
    return sizes.get(target) ?? fail('alias-cycle', 'an anchor contains an alias of itself', alias)
  }
  // Recursion is bounded: nesting was checked before.
  const sizeOf = (value: unknown): number => {
    if (fault !== undefined || typeof value !== 'object' || value === null) return 0
    if (isPair(value)) return sizeOf(value.key) + sizeOf(value.value)
    if (isAlias(value)) return sizeOfAlias(value)
    // Nothing else stands in a parsed document.
    const node = value as YamlNode
    if ('anchor' in node && typeof node.anchor === 'string') anchors.set(node.anchor, node)
    let size = 1
    if (isCollection(node)) for (const item of node.items) size += sizeOf(item)
    if (size > limit) return fail('alias-expansion', `aliases stand for more than ${limit} values in all`, node)
    sizes.set(node, size)
    return size
  }
  sizeOf(root)
  return fault ?? found
}

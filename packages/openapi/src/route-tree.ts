import { mixedIndex, type Cost, type MixedIndex } from './mixed-segment.ts'
import type { Template } from './path-template.ts'

/** One position in the tree of templates. */
export interface RouteNode<L> {
  readonly literals: Map<string, RouteNode<L>>
  mixed?: MixedIndex<RouteNode<L>>
  parameter?: RouteNode<L>
  /** What ends here. */
  leaf?: L
  /** What matches everything from here on. */
  below?: L
}

export function routeNode<L>(): RouteNode<L> {
  return { literals: new Map() }
}

/** Puts a template into the tree; answers the node where it ends. */
export function grow<L>(root: RouteNode<L>, template: Template): RouteNode<L> {
  let node = root
  for (const segment of template.segments) {
    if (segment.kind === 'parameter') node = node.parameter ??= routeNode()
    else if (segment.kind === 'mixed') node = (node.mixed ??= mixedIndex()).at(segment.literals, routeNode)
    else {
      let next = node.literals.get(segment.text)
      if (next === undefined) {
        next = routeNode()
        node.literals.set(segment.text, next)
      }
      node = next
    }
  }
  return node
}

/** One search; its members change while it runs. */
export interface Search extends Cost {
  /** Decoded; the first one is what stands before the first slash, so nothing. */
  readonly segments: readonly string[]
  /** Values of parameters, from left to right. */
  readonly values: string[]
  /** Whether templates that end with `/**` are looked for, and no others. */
  wide: boolean
}

/**
 * The template that matches, concrete segments before templated ones from left to right (OpenAPI, "Path Templating
 * Matching"); of those that end with `/**` the longest on each branch, branches in the same order.
 */
export function find<L>(node: RouteNode<L>, search: Search, index = 1): L | undefined {
  search.visited += 1
  const segment = search.segments[index]
  if (segment === undefined) return search.wide ? node.below : node.leaf
  const next = node.literals.get(segment)
  const literal = next === undefined ? undefined : find(next, search, index + 1)
  if (literal !== undefined) return literal
  const templated = segment === '' ? undefined : findTemplated(node, search, index)
  return templated ?? (search.wide ? node.below : undefined)
}

/** Goes on through parameters, which are never empty: first those that are a part of the segment, then that which is all of it. */
function findTemplated<L>({ mixed, parameter }: RouteNode<L>, search: Search, index: number): L | undefined {
  const { values, segments } = search
  const segment = segments[index] ?? ''
  const before = values.length
  if (mixed !== undefined) {
    for (const match of mixed.find(segment, search)) {
      for (const value of match.values) values.push(value)
      const inside = find(match.next, search, index + 1)
      if (inside !== undefined) return inside
      values.length = before
    }
  }
  if (parameter === undefined) return undefined
  values.push(segment)
  const whole = find(parameter, search, index + 1)
  if (whole === undefined) values.length = before
  return whole
}

/** Templates inside of one segment, such as `{name}.{ext}`, of one place in the tree. */
export interface MixedIndex<N> {
  readonly size: number
  /** The tree below these literals; made where there is none yet. */
  at(literals: readonly string[], make: () => N): N
  /** Those that match, the ones with more literal text first. */
  find(segment: string, cost: Cost): readonly MixedMatch<N>[]
}

/** What a search costs, counted in places and templates that were looked at. */
export interface Cost {
  visited: number
}

export interface MixedMatch<N> {
  readonly next: N
  readonly values: readonly string[]
}

interface Pattern<N> {
  readonly literals: readonly string[]
  readonly weight: number
  readonly next: N
}

interface Group<N> {
  readonly prefix: number
  readonly suffix: number
  /** By the text of prefix and suffix together; their lengths are those of the group, so nothing is ambiguous. */
  readonly patterns: Map<string, Pattern<N>[]>
}

const NONE: readonly never[] = []

/** Makes an index that looks at one entry for each pair of lengths of prefix and suffix, not at every template. */
export function mixedIndex<N>(): MixedIndex<N> {
  const known = new Map<string, Pattern<N>>()
  const groups: Group<N>[] = []
  return {
    get size() {
      return known.size
    },
    at: (literals, make) => {
      const id = JSON.stringify(literals)
      let pattern = known.get(id)
      if (pattern === undefined) {
        pattern = { literals, weight: literals.join('').length, next: make() }
        known.set(id, pattern)
        add(groups, pattern)
      }
      return pattern.next
    },
    find: (segment, cost) => findIn(groups, segment, cost),
  }
}

function add<N>(groups: Group<N>[], pattern: Pattern<N>): void {
  const { literals } = pattern
  const [first = ''] = literals
  const last = literals.at(-1) ?? ''
  let group = groups.find(({ prefix, suffix }) => prefix === first.length && suffix === last.length)
  if (group === undefined) {
    group = { prefix: first.length, suffix: last.length, patterns: new Map() }
    groups.push(group)
  }
  const same = group.patterns.get(first + last)
  if (same === undefined) group.patterns.set(first + last, [pattern])
  else same.push(pattern)
}

function findIn<N>(groups: readonly Group<N>[], segment: string, cost: Cost): readonly MixedMatch<N>[] {
  const found: (MixedMatch<N> & { readonly pattern: Pattern<N> })[] = []
  for (const { prefix, suffix, patterns } of groups) {
    if (segment.length <= prefix + suffix) continue
    for (const pattern of patterns.get(ends(segment, prefix, suffix)) ?? NONE) {
      cost.visited += 1
      const values = valuesIn(segment, pattern.literals)
      if (values !== undefined) found.push({ next: pattern.next, values, pattern })
    }
  }
  return found.length < 2 ? found : found.sort((a, b) => before(a.pattern, b.pattern))
}

/** Both ends of a segment together. */
function ends(segment: string, prefix: number, suffix: number): string {
  const end = segment.slice(segment.length - suffix)
  return prefix === 0 ? end : segment.slice(0, prefix) + end
}

function before<N>(a: Pattern<N>, b: Pattern<N>): number {
  return b.weight - a.weight || a.literals.length - b.literals.length || (a.literals.join('\0') < b.literals.join('\0') ? -1 : 1)
}

/**
 * The values of the parameters, or nothing. Every value has at least one character, and of several ways the
 * one with the longest values at the left counts: `{name}.{ext}` cuts at the last dot.
 *
 * From the right to the left, each literal at its last place that leaves room: no way needs to be undone.
 */
export function valuesIn(segment: string, literals: readonly string[]): readonly string[] | undefined {
  const last = literals.length - 1
  const values: string[] = []
  let end = segment.length - (literals[last] ?? '').length
  if (end < 0 || !segment.endsWith(literals[last] ?? '') || !segment.startsWith(literals[0] ?? '')) return undefined
  for (let index = last - 1; index >= 0; index -= 1) {
    const literal = literals[index] ?? ''
    const at = index === 0 ? 0 : segment.lastIndexOf(literal, end - 1 - literal.length)
    const start = at + literal.length
    if (at < 0 || start >= end || (index > 0 && end - 1 - literal.length < 0)) return undefined
    values.push(segment.slice(start, end))
    end = at
  }
  return values.toReversed()
}

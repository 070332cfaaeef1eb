import type { Node } from './node.ts'

/** How much of a document one example may take. */
export interface Budget {
  /** Values that may still be read. */
  left: number
}

/** A part of a document as plain JSON values; nothing once the budget is spent. References inside are not followed: an example is what it says. */
export function plainValue(node: Node, budget: Budget): unknown {
  budget.left -= 1
  if (budget.left < 0) return undefined
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'list') return node.items().map((item) => plainValue(item, budget) ?? null)
  // Names come from the document, so `__proto__` is a name like any other.
  return Object.fromEntries([...node.entries().values()].map(({ key, value }): [string, unknown] => [key, plainValue(value, budget)]))
}

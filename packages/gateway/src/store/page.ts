import { describe } from './input.ts'
import type { Listed, Page } from './store.ts'

const DEFAULT_LIMIT = 100
const MOST = 1000

/** How many entries a page has; a `TypeError` unless it is 1 to 1000. */
export function pageLimit(page: Page | undefined): number {
  const limit: unknown = page?.limit ?? DEFAULT_LIMIT
  if (typeof limit === 'number' && Number.isInteger(limit) && limit >= 1 && limit <= MOST) return limit
  throw new TypeError(`limit: found ${describe(limit)}; accepted is a whole number from 1 to ${MOST}`)
}

/** A cursor that is the number of an entry. */
export function numberCursor(page: Page | undefined): number | undefined {
  const after: unknown = page?.after
  if (after === undefined) return undefined
  if (typeof after === 'string' && /^\d{1,15}$/.test(after)) return Number(after)
  throw new TypeError(`after: found ${describe(after)}; accepted is the \`next\` of the page before`)
}

/** A cursor that is a name. */
export function nameCursor(page: Page | undefined): string | undefined {
  const after: unknown = page?.after
  if (after === undefined || (typeof after === 'string' && after.length > 0 && after.length <= 600)) return after
  throw new TypeError(`after: found ${describe(after)}; accepted is the \`next\` of the page before`)
}

/** A page out of one entry more than it has: the additional one says that there is another page. */
export function pageOf<T>(found: readonly T[], { limit, cursor }: { readonly limit: number; readonly cursor: (item: T) => string }): Listed<T> {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return found.length > limit && last !== undefined ? { items, next: cursor(last) } : { items }
}

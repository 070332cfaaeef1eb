import { tableText, type Listed, type Page, type Column } from '@countersign/gateway'
import type { Awaitable } from '@countersign/gateway'
import type { Context } from './context.ts'

/** One column of a list: its title and its text for every entry. */
export type Field<T> = readonly [title: string, text: (item: T) => string]

/** The largest page of a store. */
const PAGE = 1000

/** Every entry up to a limit, page by page. */
export async function collect<T>(list: (page: Page) => Awaitable<Listed<T>>, limit: number): Promise<readonly T[]> {
  const found: T[] = []
  let after: string | undefined
  while (found.length < limit) {
    const page = await list({ limit: Math.min(PAGE, limit - found.length), ...(after === undefined ? {} : { after }) })
    found.push(...page.items)
    if (page.next === undefined || page.items.length === 0) break
    after = page.next
  }
  return found
}

/** Entries as a table, or as they are. */
export function show<T>(
  context: Context,
  items: readonly T[],
  { json, fields, none }: { readonly json: boolean | undefined; readonly fields: readonly Field<T>[]; readonly none: string },
): void {
  if (json === true) context.json(items)
  else if (items.length === 0) context.say(`${none}\n`)
  else
    context.out(
      tableText(
        fields.map(([title, text]): Column => ({ title, cells: items.map((item) => ({ text: text(item) })) })),
        { ...context.text },
      ),
    )
}

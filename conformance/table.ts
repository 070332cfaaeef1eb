import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One row of `spec/decision-table.json`, as much of it as is looked at. */
export interface Row {
  readonly id: string
  readonly group: string
  readonly situation: string
  readonly status: number
  /** Templates, one entry a field line. */
  readonly challenge: readonly string[]
  readonly problem: string | null
  readonly cache: string
  readonly headers: Readonly<Record<string, string>>
  readonly alternatives: readonly number[]
}

function specFile(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'spec', 'decision-table.json'))) {
    if (folder === dirname(folder)) throw new Error('spec/decision-table.json was not found above the conformance suite')
    folder = dirname(folder)
  }
  return join(folder, 'spec', 'decision-table.json')
}

/** The decision table. */
export const TABLE = JSON.parse(readFileSync(specFile(), 'utf8')) as readonly Row[]

const BY_ID = new Map(TABLE.map((row) => [row.id, row]))

/** A row by its id. Throws if the table has none of that id. */
export function rowOf(id: string): Row {
  const row = BY_ID.get(id)
  if (row === undefined) throw new Error(`the decision table has no row \`${id}\``)
  return row
}

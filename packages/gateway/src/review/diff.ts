import type { Cell, Matrix, Row } from './matrix.ts'
import { statusText } from './matrix.ts'

/** What a persona got, and gets. */
export interface ChangedCell {
  readonly persona: string
  readonly before: Cell
  readonly after: Cell
}

/** An operation of both matrices that is not what it was. */
export interface ChangedRow {
  readonly before: Row
  readonly after: Row
  /** Empty if the requirement changed and no persona of the matrix notices. */
  readonly cells: readonly ChangedCell[]
}

/** How the second of two matrices differs from the first. */
export interface MatrixDiff {
  readonly added: readonly Row[]
  readonly removed: readonly Row[]
  readonly changed: readonly ChangedRow[]
}

/** Compares two matrices by operation. Build both with the same personas: a column that only one has is not compared. */
export function diffMatrices(before: Matrix, after: Matrix): MatrixDiff {
  const old = new Map(before.rows.map((row) => [keyOf(row), row]))
  const now = new Map(after.rows.map((row) => [keyOf(row), row]))
  const changed: ChangedRow[] = []
  for (const [key, row] of now) {
    const was = old.get(key)
    if (was === undefined) continue
    const cells = changedCells(was, row)
    if (cells.length > 0 || was.requirement !== row.requirement || was.declared !== row.declared) changed.push({ before: was, after: row, cells })
  }
  return {
    added: after.rows.filter((row) => !old.has(keyOf(row))),
    removed: before.rows.filter((row) => !now.has(keyOf(row))),
    changed,
  }
}

export function isEmpty({ added, removed, changed }: MatrixDiff): boolean {
  return added.length === 0 && removed.length === 0 && changed.length === 0
}

/** Names of parameters are nothing that a caller could tell. */
function keyOf({ api, method, template }: Row): string {
  return `${api} ${method} ${template.replaceAll(/\{[^{}]*\}/g, '{}')}`
}

function changedCells(before: Row, after: Row): readonly ChangedCell[] {
  return Object.entries(after.cells).flatMap(([persona, cell]) => {
    const was = before.cells[persona]
    return was === undefined || isSame(was, cell) ? [] : [{ persona, before: was, after: cell }]
  })
}

/** Another reason with the same status is another answer: it asks the caller for something else. */
function isSame(a: Cell, b: Cell): boolean {
  return statusText(a) === statusText(b) && a.reason === b.reason && a.other?.reason === b.other?.reason
}

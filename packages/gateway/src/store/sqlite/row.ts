import { StoreError } from '../store.ts'
import type { Row } from './driver.ts'

// STRICT tables keep what they were given, so a wrong type means that something else wrote to the file.

export function text(row: Row, column: string): string {
  const value = row[column]
  return typeof value === 'string' ? value : wrong(column)
}

export function number(row: Row, column: string): number {
  const value = row[column]
  return typeof value === 'number' ? value : wrong(column)
}

export function optionalText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : text(row, column)
}

export function optionalNumber(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : number(row, column)
}

/** A list of texts, which is kept as JSON. */
export function texts(row: Row, column: string): readonly string[] {
  const value: unknown = json(row, column)
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : wrong(column)
}

export function object(row: Row, column: string): Readonly<Record<string, unknown>> {
  const value: unknown = json(row, column)
  return isObject(value) ? value : wrong(column)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function json(row: Row, column: string): unknown {
  try {
    return JSON.parse(text(row, column))
  } catch (error) {
    if (error instanceof SyntaxError) return wrong(column)
    throw error
  }
}

function wrong(column: string): never {
  throw new StoreError(
    `the store has something unexpected in the column \`${column}\`; it was changed by hand or by another program: put the last backup in its place`,
  )
}

import { describe, type Requirement } from '@countersign/core'
import { loadOpenApi, type ApiDocument, type Diagnostic, type LoadOptions, type Place } from '../src/index.ts'

/** Loads a document from texts; the first file is the document. */
export function load(files: Readonly<Record<string, string>>, options: Omit<LoadOptions, 'read'> = {}): Promise<ApiDocument> {
  const read = async (path: string): Promise<string> => {
    const text = files[path]
    if (text === undefined) throw Object.assign(new Error(`no file at ${path}`), { code: 'ENOENT' })
    return text
  }
  return loadOpenApi(Object.keys(files)[0] ?? '', { ...options, read })
}

/** Loads `api.yaml` with this text. */
export function loadText(text: string, options?: Omit<LoadOptions, 'read'>): Promise<ApiDocument> {
  return load({ 'api.yaml': text }, options)
}

/** What a document asks for, operation by operation, as it would stand in a log. */
export function asked({ operations }: Pick<ApiDocument, 'operations'>): Record<string, string> {
  return Object.fromEntries(operations.map(({ method, path, requirement }) => [`${method} ${path}`, describe(requirement)]))
}

/** The place of a piece of text in a file; `nth` counts from 1. */
export function placeOf(text: string, piece: string, { file = 'api.yaml', nth = 1 }: { file?: string; nth?: number } = {}): Place {
  let at = -1
  for (let count = 0; count < nth; count += 1) at = text.indexOf(piece, at + 1)
  if (at === -1) throw new Error(`the fixture has no ${nth}. ${piece}`)
  const before = text.slice(0, at).split('\n')
  return { file, line: before.length, column: (before.at(-1) ?? '').length + 1 }
}

/** Severity, code and place of each diagnostic: `error unknown-scheme 3:5`. */
export function codes(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(({ severity, code, place }) => `${severity} ${code} ${place.line}:${place.column}`)
}

/** The requirement of the only operation. */
export function only({ operations }: Pick<ApiDocument, 'operations'>): Requirement {
  const [operation] = operations
  if (operation === undefined || operations.length !== 1) throw new Error(`the document has ${operations.length} operations`)
  return operation.requirement
}

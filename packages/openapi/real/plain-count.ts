// Counts what a document asks for in the shortest way there is, without anything of the loader, so that the two can be compared.
import { parse } from 'yaml'
import type { Counts } from './expected.ts'

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'] as const

type Requirements = readonly Readonly<Record<string, readonly string[]>>[]
interface Operation {
  readonly security?: Requirements
}
type PathItem = { readonly $ref?: string; readonly additionalOperations?: Readonly<Record<string, Operation>> } & Readonly<
  Partial<Record<(typeof METHODS)[number], Operation>>
>
type Schemes = Readonly<Record<string, { readonly type: string }>>

interface Document {
  readonly paths?: Readonly<Record<string, PathItem>>
  readonly security?: Requirements
  readonly components?: { readonly securitySchemes?: Schemes }
  readonly securityDefinitions?: Schemes
}

export interface PlainCount extends Omit<Counts, 'errors' | 'warnings'> {
  /** Operations with an alternative that asks for two API keys at once. */
  readonly keysTogether: number
}

/** Operations and their security; diagnostics are not counted. Of operations that the same requests reach, the first counts. */
export function plainCount(text: string): PlainCount {
  const document = (text.trimStart().startsWith('{') ? JSON.parse(text) : parse(text)) as Document
  const types = document.securityDefinitions ?? document.components?.securitySchemes ?? {}
  const operations = new Map<string, Operation>()
  for (const [path, item] of itemsOf(document)) {
    for (const [method, operation] of operationsOf(item)) {
      const request = `${method} ${path.replaceAll(/\{[^{}]*\}/g, '{}')}`
      if (!operations.has(request)) operations.set(request, operation)
    }
  }
  const effective = [...operations.values()].map(({ security }) => security ?? document.security)
  const isOf = (name: string, ...known: readonly string[]): boolean => known.includes(types[name]?.type ?? '')
  const asksScopes = (alternative: Requirements[number]): boolean =>
    Object.entries(alternative).some(([name, scopes]) => scopes.length > 0 && isOf(name, 'oauth2', 'openIdConnect'))
  const some = (test: (alternative: Requirements[number]) => boolean): number => effective.filter((security) => security?.some(test) === true).length
  return {
    operations: effective.length,
    open: effective.filter((security) => security?.length === 0).length,
    optional: some((alternative) => Object.keys(alternative).length === 0),
    undeclared: effective.filter((security) => security === undefined).length,
    scoped: some(asksScopes),
    keysTogether: some((alternative) => Object.keys(alternative).filter((name) => isOf(name, 'apiKey')).length > 1),
  }
}

// The documents are dereferenced but for a few path items.
function itemsOf({ paths = {} }: Document): readonly (readonly [string, PathItem])[] {
  const items = Object.entries(paths).filter(([path]) => path.startsWith('/'))
  return items.map(([path, item]) => [path, item.$ref === undefined ? item : (paths[item.$ref.replace('#/paths/', '').replaceAll('~1', '/')] ?? {})])
}

function operationsOf(item: PathItem): readonly (readonly [string, Operation])[] {
  const fixed = METHODS.flatMap((method) => {
    const operation = item[method]
    return operation === undefined ? [] : [[method.toUpperCase(), operation] as const]
  })
  return [...fixed, ...Object.entries(item.additionalOperations ?? {})]
}

// Counts what a document asks for in the shortest way there is, without anything of the loader, so that the two can be compared.
import type { Counts } from './expected.ts'

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const

type Requirements = readonly Readonly<Record<string, readonly string[]>>[]
type PathItem = { readonly $ref?: string } & Readonly<Partial<Record<(typeof METHODS)[number], { readonly security?: Requirements }>>>

interface Document {
  readonly paths?: Readonly<Record<string, PathItem>>
  readonly security?: Requirements
  readonly components?: { readonly securitySchemes?: Readonly<Record<string, { readonly type: string }>> }
}

/** Operations and their security; diagnostics are not counted. */
export function plainCount(text: string): Omit<Counts, 'errors' | 'warnings'> {
  // The documents of the package are OpenAPI 3, and dereferenced but for a few path items.
  const { paths = {}, security: inherited, components } = JSON.parse(text) as Document
  const effective = Object.entries(paths)
    .filter(([path]) => path.startsWith('/'))
    .map(([, item]) => (item.$ref === undefined ? item : (paths[item.$ref.replace('#/paths/', '').replaceAll('~1', '/')] ?? {})))
    .flatMap((item) => METHODS.flatMap((method) => item[method] ?? []))
    .map(({ security }) => security ?? inherited)
  const takesScopes = (name: string): boolean => ['oauth2', 'openIdConnect'].includes(components?.securitySchemes?.[name]?.type ?? '')
  const asksScopes = (alternative: Requirements[number]): boolean =>
    Object.entries(alternative).some(([name, scopes]) => scopes.length > 0 && takesScopes(name))
  return {
    operations: effective.length,
    open: effective.filter((security) => security?.length === 0).length,
    optional: effective.filter((security) => security?.some((alternative) => Object.keys(alternative).length === 0) === true).length,
    undeclared: effective.filter((security) => security === undefined).length,
    scoped: effective.filter((security) => security?.some(asksScopes) === true).length,
  }
}

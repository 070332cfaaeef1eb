import { readFile } from 'node:fs/promises'
import { createRouter, loadOpenApi, type ApiDocument, type Match, type Router } from '@countersign/openapi'
import type { ApiConfig, Config, Diagnostic, SchemesConfig } from '../config/config.ts'
import { addressBook, type Addressed } from './apis.ts'
import { checkSchemes, keysElsewhere } from './check-schemes.ts'
import { joinRoutes } from './join-routes.ts'
import type { Route } from './route.ts'
import { meantBy, SCHEME_NAMES, withProofs } from './scheme-names.ts'

/** An API with its routes. */
export interface Api {
  readonly config: ApiConfig
  readonly routes: readonly Route[]
  match(method: string, path: string): Match<Route>
}

/** What a configuration and its documents ask of every request. */
export interface Policy {
  readonly apis: readonly Api[]
  readonly routes: readonly Route[]
  /** `host` in lower case, with its port if it has one. */
  find(host: string, path: string): Addressed<Api>
}

/** A policy, or what is wrong with it; warnings come with either. */
export interface CompiledPolicy {
  /** Absent if there is an error among the diagnostics. */
  readonly policy?: Policy
  readonly diagnostics: readonly Diagnostic[]
  /** Every file that was read, for watching. */
  readonly files: readonly string[]
}

/**
 * Reads the API descriptions of a configuration and joins them with its own routes.
 *
 * An entry of `routes:` replaces an operation of the same method and path, whatever its parameters are called. Never throws for a bad document:
 * everything that is wrong is in the diagnostics.
 */
export async function compilePolicy(config: Config): Promise<CompiledPolicy> {
  const diagnostics: Diagnostic[] = []
  const files: string[] = []
  const apis: Api[] = []
  for (const api of config.apis) {
    const document = api.openapi === undefined ? undefined : await describeApi(api, api.openapi, config.schemes)
    diagnostics.push(...(document?.diagnostics ?? []))
    files.push(...(document?.files ?? []))
    const routes = joinRoutes(api, document, diagnostics).map((route) => ({ ...route, requirement: withProofs(route.requirement, config.schemes) }))
    checkSchemes(config, routes, diagnostics)
    diagnostics.push(...keysElsewhere(config, document, routes))
    const built = buildApi(api, routes, diagnostics)
    if (built !== undefined) apis.push(built)
  }
  if (diagnostics.some(({ severity }) => severity === 'error')) return { diagnostics, files }
  return { policy: { apis, routes: apis.flatMap(({ routes }) => routes), find: addressBook(apis) }, diagnostics, files }
}

function describeApi({ securitySchemes }: ApiConfig, file: string, configured: SchemesConfig): Promise<ApiDocument> {
  return loadOpenApi(file, {
    read: (path) => readFile(path, 'utf8'),
    schemeName: (name, definition) => {
      const ours = securitySchemes[name] ?? meantBy(definition, configured)
      return ours === undefined ? undefined : SCHEME_NAMES[ours]
    },
  })
}

function buildApi(config: ApiConfig, routes: readonly Route[], diagnostics: Diagnostic[]): Api | undefined {
  try {
    const router: Router<Route> = createRouter(routes.map((route) => ({ method: route.method, path: route.template, value: route })))
    return { config, routes, match: (method, path) => router.match(method, path) }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    diagnostics.push({ severity: 'error', code: 'unusable-path', message: error.message, place: config.place })
    return undefined
  }
}

import { readFile } from 'node:fs/promises'
import { createRouter, loadOpenApi, type ApiDocument, type Match, type Router } from '@countersign/openapi'
import type { ApiConfig, Config, Diagnostic, RouteConfig } from '../config/config.ts'
import { addressBook, type Addressed } from './apis.ts'
import { requirementOf, SCHEME_NAMES } from './requirement.ts'
import type { Route } from './route.ts'

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
 * An entry of `routes:` replaces an operation of the same method and path. Never throws for a bad document:
 * everything that is wrong is in the diagnostics.
 */
export async function compilePolicy(config: Config): Promise<CompiledPolicy> {
  const diagnostics: Diagnostic[] = []
  const files: string[] = []
  const apis: Api[] = []
  for (const api of config.apis) {
    const document = api.openapi === undefined ? undefined : await describeApi(api, api.openapi)
    diagnostics.push(...(document?.diagnostics ?? []))
    files.push(...(document?.files ?? []))
    const routes = joinRoutes(api, document, diagnostics)
    checkSchemes(config, routes, diagnostics)
    const built = buildApi(api, routes, diagnostics)
    if (built !== undefined) apis.push(built)
  }
  if (diagnostics.some(({ severity }) => severity === 'error')) return { diagnostics, files }
  return { policy: { apis, routes: apis.flatMap(({ routes }) => routes), find: addressBook(apis) }, diagnostics, files }
}

function describeApi({ securitySchemes }: ApiConfig, file: string): Promise<ApiDocument> {
  return loadOpenApi(file, {
    read: (path) => readFile(path, 'utf8'),
    schemeName: (name) => {
      const ours = securitySchemes[name]
      return ours === undefined ? undefined : SCHEME_NAMES[ours]
    },
  })
}

function joinRoutes(api: ApiConfig, document: ApiDocument | undefined, diagnostics: Diagnostic[]): readonly Route[] {
  const routes = new Map<string, Route>()
  for (const operation of document?.operations ?? []) {
    for (const path of operation.paths) {
      const template = belowPrefix(api.prefix, path)
      const { id, summary, requirement, declared, source, method } = operation
      const named = { ...(id === undefined ? {} : { operationId: id }), ...(summary === undefined ? {} : { summary }) }
      routes.set(keyOf(method, template), { api: api.name, method, template, requirement, source, declared, ...named })
    }
  }
  for (const route of api.routes) for (const written of fromConfig(api, route)) replace(routes, written, diagnostics)
  return [...routes.values()]
}

function fromConfig(api: ApiConfig, route: RouteConfig): readonly Route[] {
  const methods = route.methods.length === 0 ? ['*'] : route.methods
  const requirement = requirementOf(route)
  return methods.map((method) => ({ api: api.name, method, template: api.prefix + route.path, requirement, source: route.place, declared: true }))
}

/** A route of the configuration takes the place of the document's operation; of all of them, if it is for every method. */
function replace(routes: Map<string, Route>, written: Route, diagnostics: Diagnostic[]): void {
  const twin = [...routes.values()].find((route) => route.template !== written.template && shapeOf(route.template) === shapeOf(written.template))
  if (twin !== undefined) {
    diagnostics.push({
      severity: 'error',
      code: 'identical-paths',
      message: `\`${written.template}\` is the same path as \`${twin.template}\` (${twin.source.file}:${twin.source.line}) under other names`,
      hint: `write it as \`${twin.template}\``,
      place: written.source,
    })
    return
  }
  if (written.method === '*')
    for (const [key, route] of routes) if (route.template === written.template && route.source.file !== written.source.file) routes.delete(key)
  routes.set(keyOf(written.method, written.template), written)
}

function keyOf(method: string, template: string): string {
  return `${method} ${template}`
}

function shapeOf(template: string): string {
  return template.replaceAll(/\{[^}]*\}/g, '{}')
}

/** The base path of `servers` may hold the prefix already. */
function belowPrefix(prefix: string, path: string): string {
  return prefix === '' || path === prefix || path.startsWith(`${prefix}/`) ? path : prefix + path
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

/** A requirement that names a scheme which the gateway does not have could not be met by any request. */
function checkSchemes(config: Config, routes: readonly Route[], diagnostics: Diagnostic[]): void {
  const configured = (Object.keys(SCHEME_NAMES) as (keyof typeof SCHEME_NAMES)[]).filter((name) => config.schemes[name] !== undefined)
  const known = new Set<string>(configured.map((name) => SCHEME_NAMES[name].toLowerCase()))
  const told = new Set<string>()
  for (const { requirement, source } of routes) {
    for (const name of schemesIn(requirement)) {
      const place = `${name} ${source.file}:${source.line}:${source.column}`
      if (known.has(name.toLowerCase()) || told.has(place)) continue
      told.add(place)
      diagnostics.push({
        severity: 'error',
        code: 'scheme-not-configured',
        message: `the scheme \`${name}\` is asked for here, and \`schemes\` of ${config.file} has ${listed(configured)}`,
        hint: `configure it under \`schemes\`, or map the security scheme under \`securitySchemes\` of the API`,
        place: source,
      })
    }
  }
}

function schemesIn(requirement: Route['requirement']): readonly string[] {
  if (requirement.type === 'authenticated') return requirement.via ?? []
  return requirement.type === 'all' || requirement.type === 'any' ? requirement.of.flatMap(schemesIn) : []
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : `only ${names.map((name) => `\`${name}\``).join(', ')}`
}

import { describe } from '@countersign/core'
import { pathShape, type ApiDocument, type Operation } from '@countersign/openapi'
import type { ApiConfig, Diagnostic, RouteConfig } from '../config/config.ts'
import { requirementOf } from './requirement.ts'
import { nameOf, type Route } from './route.ts'

/** The routes of an API, found by what they match. */
interface RouteTable {
  /** By method and shape of the path, in the order of the document. */
  readonly routes: Map<string, Route>
  /** The methods of each shape. */
  readonly methods: Map<string, Set<string>>
}

/**
 * The operations of a document and the routes of the configuration, which stand above them.
 *
 * The names of parameters tell no paths apart, because a request does not have them.
 */
export function joinRoutes(api: ApiConfig, document: ApiDocument | undefined, diagnostics: Diagnostic[]): readonly Route[] {
  const table: RouteTable = { routes: new Map(), methods: new Map() }
  for (const operation of document?.operations ?? []) for (const path of operation.paths) addDocumented(table, documented(api, operation, path), diagnostics)
  for (const route of api.routes) for (const written of fromConfig(api, route)) replace(table, written)
  return [...table.routes.values()]
}

function documented(api: ApiConfig, { id, summary, requirement, declared, source, method }: Operation, path: string): Route {
  const named = { ...(id === undefined ? {} : { operationId: id }), ...(summary === undefined ? {} : { summary }) }
  return { api: api.name, method, template: belowPrefix(api.prefix, path), requirement, source, declared, ...named }
}

/** The base path of `servers` may hold the prefix already. */
function belowPrefix(prefix: string, path: string): string {
  return prefix === '' || path === prefix || path.startsWith(`${prefix}/`) ? path : prefix + path
}

/** The document has no two operations for the same requests, but the prefix can bring two together: `/v1/a`, and `/a` below `/v1`. */
function addDocumented(table: RouteTable, route: Route, diagnostics: Diagnostic[]): void {
  const held = table.routes.get(keyOf(route))
  if (held === undefined) return put(table, route)
  if (JSON.stringify(held.requirement) === JSON.stringify(route.requirement)) return
  const { file, line } = held.source
  diagnostics.push({
    severity: 'error',
    code: 'identical-paths',
    message: `\`${nameOf(route)}\` asks for ${describe(route.requirement)} here and for ${describe(held.requirement)} in ${file}:${line}`,
    hint: 'the `prefix` of the API makes them one path; change it, or let both ask for the same',
    place: route.source,
  })
}

function fromConfig(api: ApiConfig, route: RouteConfig): readonly Route[] {
  const methods = route.methods.length === 0 ? ['*'] : route.methods
  const requirement = requirementOf(route)
  return methods.map((method) => ({ api: api.name, method, template: api.prefix + route.path, requirement, source: route.place, declared: true }))
}

/** A route of the configuration takes the place of the document's operation; of all of them, if it is for every method. */
function replace(table: RouteTable, written: Route): void {
  const shape = pathShape(written.template)
  if (written.method === '*') {
    for (const method of table.methods.get(shape) ?? []) {
      const key = keyOf({ method, template: written.template })
      if (table.routes.get(key)?.source.file !== written.source.file) table.routes.delete(key)
    }
  }
  put(table, written)
}

function put({ routes, methods }: RouteTable, route: Route): void {
  const shape = pathShape(route.template)
  methods.set(shape, (methods.get(shape) ?? new Set()).add(route.method))
  routes.set(keyOf(route), route)
}

function keyOf({ method, template }: Pick<Route, 'method' | 'template'>): string {
  return `${method} ${pathShape(template)}`
}

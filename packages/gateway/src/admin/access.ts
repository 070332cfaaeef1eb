import { createRouter, loadOpenApi, type Router } from '@countersign/openapi'
import { apiKey, createGuard, type Guard, type Requirement } from 'countersign'
import { Directory, standingOf, withDirectory } from '../access/directory.ts'
import { nameOf } from '../policy/route.ts'
import type { AdminOptions } from './admin-options.ts'

/** An operation of the document, and what it asks of its callers. */
export interface AdminRoute {
  readonly operationId: string
  /** `GET /api/v1/keys`. */
  readonly name: string
  readonly requirement: Requirement
  /** Where it is written. */
  readonly source: string
}

/** What decides who may do what on the admin port: the guard and the router that protect every other API, too. */
export interface AdminAccess {
  readonly guard: Guard
  readonly router: Router<AdminRoute>
  readonly directory: Directory
}

type AccessOptions = Pick<AdminOptions, 'store' | 'bearer' | 'directory' | 'onError'>

/** The name under which the document is read; there is no such file. */
const FILE = 'admin/openapi.json'

/** Makes guard and router from the document. Throws a `TypeError` if the document has an error: nothing is served by a half of it. */
export async function createAccess(document: unknown, options: AccessOptions): Promise<AdminAccess> {
  const { store, bearer, onError, directory = new Directory(store.principals) } = options
  const key = apiKey({
    header: 'x-api-key',
    verify: (presented) => store.keys.find(presented, Date.now() / 1000),
  })
  const guard = createGuard({
    realm: 'countersign-admin',
    schemes: [withDirectory(key, directory), ...(bearer === undefined ? [] : [bearer])],
    standing: async (principal) => standingOf(await directory.get(principal, Date.now() / 1000)),
    ...(onError === undefined ? {} : { onError }),
  })
  return { guard, router: await routerOf(document, bearer?.name), directory }
}

async function routerOf(document: unknown, bearer: string | undefined): Promise<Router<AdminRoute>> {
  const names: Readonly<Record<string, string | undefined>> = { apiKey: 'ApiKey', bearer }
  const { operations, diagnostics } = await loadOpenApi(FILE, {
    read: () => Promise.resolve(JSON.stringify(document, undefined, 2)),
    schemeName: (name) => names[name],
  })
  const wrong = diagnostics.find(({ severity }) => severity === 'error')
  if (wrong !== undefined) throw new TypeError(`the document of the admin API is wrong: ${wrong.message}`)
  return createRouter(
    operations.flatMap(({ id = '', method, paths, requirement, source: { file, line, column } }) =>
      paths.map((path) => ({
        method,
        path,
        value: { operationId: id, name: nameOf({ method, template: path }), requirement, source: `${file}:${line}:${column}` },
      })),
    ),
  )
}

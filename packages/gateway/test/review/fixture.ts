import { createRouter } from '@countersign/openapi'
import type { ApiConfig, Config, PersonaConfig, RouteConfig } from '../../src/config/config.ts'
import { addressBook } from '../../src/policy/apis.ts'
import type { Policy } from '../../src/policy/policy.ts'
import { requirementOf } from '../../src/policy/requirement.ts'
import type { Route } from '../../src/policy/route.ts'

export const NOW = 1_800_000_000

export const PERSONAS: Readonly<Record<string, PersonaConfig>> = {
  anonymous: { subject: '', roles: [], scopes: [] },
  olga: { scheme: 'bearer', subject: 'olga', roles: [], scopes: ['orders:read'], loggedInFor: 60 },
  admin: { scheme: 'bearer', subject: 'root', roles: ['admin'], scopes: ['orders:read', 'orders:write'], loggedInFor: 4000 },
  robot: { scheme: 'apiKey', subject: 'robot', roles: [], scopes: [] },
}

export const CONFIG: Pick<Config, 'realm' | 'schemes' | 'personas' | 'network' | 'abuse'> = {
  realm: 'orders',
  schemes: { bearer: { issuers: [] }, basic: {}, apiKey: { header: 'x-api-key' } },
  personas: PERSONAS,
  network: { trustedProxies: [], denied: [], legal: [], requireTls: false },
  abuse: { guessing: { failures: 10, block: 30, longest: 3600 } },
}

export type Written = Partial<RouteConfig> & Pick<RouteConfig, 'path'>

const NOTHING: Omit<RouteConfig, 'path' | 'place'> = {
  methods: ['GET'],
  access: 'authenticated',
  roles: [],
  scopes: [],
  schemes: [],
  acr: [],
  user: false,
  bound: false,
  unprobeable: false,
  conceal: false,
}

interface WrittenApi {
  readonly name?: string
  readonly prefix?: string
  readonly hosts?: readonly string[]
  readonly conceal?: boolean
  readonly routes: readonly Written[]
}

/** A policy as `compilePolicy` makes it of routes alone; the n-th route stands in line n. */
export function policyOf(...apis: readonly WrittenApi[]): Policy {
  const built = apis.map(({ name = 'orders', prefix = '', hosts = [], conceal = false, routes }) => {
    const written = routes.flatMap((route, index): readonly Route[] => {
      const place = { file: '/etc/countersign.yaml', line: index + 1, column: 5 }
      const full: RouteConfig = { ...NOTHING, ...route, place }
      const declared = Object.keys(route).some((key) => key !== 'path' && key !== 'methods')
      return full.methods.map((method) => ({ api: name, method, template: prefix + full.path, requirement: requirementOf(full), source: place, declared }))
    })
    const router = createRouter(written.map((value) => ({ method: value.method, path: value.template, value })))
    const config: ApiConfig = {
      name,
      hosts,
      prefix,
      stripPrefix: false,
      upstream: {
        url: new URL('http://127.0.0.1:1'),
        connectTimeout: 1,
        responseTimeout: 1,
        idleTimeout: 1,
        connections: 1,
        http2: false,
        forwardCredentials: true,
      },
      securitySchemes: {},
      routes: [],
      conceal,
      place: { file: '/etc/countersign.yaml', line: 1, column: 1 },
    }
    return { config, routes: written, match: (method: string, path: string) => router.match(method, path) }
  })
  return { apis: built, routes: built.flatMap(({ routes }) => routes), find: addressBook(built) }
}

/** One of every kind of requirement. */
export const ORDERS: readonly Written[] = [
  { path: '/health', access: 'open' },
  { path: '/prices', access: 'anyone' },
  { path: '/orders' },
  { path: '/orders', methods: ['POST'], scopes: ['orders:write'] },
  { path: '/orders/{id}', owner: 'id' },
  { path: '/orders/{id}', methods: ['DELETE'], roles: ['admin'], recent: 300 },
  { path: '/secrets', roles: ['admin'], conceal: true },
  { path: '/tokens', schemes: ['bearer'] },
]

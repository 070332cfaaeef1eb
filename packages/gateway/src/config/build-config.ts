import { resolve } from 'node:path'
import type {
  ApiConfig,
  Config,
  IdentityConfig,
  ListenConfig,
  NetworkConfig,
  PersonaConfig,
  Place,
  RouteConfig,
  StoreConfig,
  UpstreamConfig,
  UpstreamTlsConfig,
} from './config.ts'
import type { ForwardAuthConfig } from './forward-auth-config.ts'
import { schemesOf } from './build-schemes.ts'
import { given, optional } from './given.ts'
import { find, nearest, type Located, type Path } from './located.ts'
import type { NamedFiles } from './named-files.ts'
import type { Written } from './schema/file-schema.ts'

/** What a configuration is made of, once nothing is wrong with any of it. */
export interface Parts {
  readonly written: Written
  readonly named: NamedFiles
  readonly root: Located
  /** Absolute. */
  readonly file: string
  readonly folder: string
  readonly hash: string
  readonly placeOf: (offset: number) => Place
}

type WrittenApi = Written['apis'][number]

export function buildConfig(parts: Parts): Config {
  const { written, file, hash, folder } = parts
  const { realm, listen, admin, limits, abuse, network, shutdown, log } = written
  const { auditFile, ...logging } = log
  return {
    file,
    hash,
    realm,
    listen: listenOf(listen, folder),
    admin: { address: admin.address, port: admin.port, ...optional('access', admin.access) },
    store: storeOf(parts),
    schemes: schemesOf(parts),
    apis: written.apis.map((api, index) => apiOf(api, index, parts)),
    ...optional('forwardAuth', forwardAuthOf(parts)),
    limits,
    abuse: { guessing: abuse.guessing, ...optional('perAddress', abuse.perAddress), ...optional('perPrincipal', abuse.perPrincipal) },
    identity: identityOf(written),
    ...optional('cors', written.cors),
    ...optional('resource', written.resource && given(written.resource)),
    network: networkOf(network),
    log: { ...logging, ...optional('auditFile', auditFile === undefined ? undefined : resolve(folder, auditFile)) },
    shutdown,
    personas: personasOf(written),
    ...optional('filledIn', filledIn(parts.root)),
  }
}

type WrittenForwardAuth = NonNullable<Written['forwardAuth']>

function listenOf({ tls, ...socket }: Written['listen'] | NonNullable<WrittenForwardAuth['grpc']>, folder: string): ListenConfig {
  if (tls === undefined) return socket
  const { certificate, key, clientCertificates: asked } = tls
  const http2 = !('http2' in tls) || tls.http2
  const certificates = asked && optional('ca', asked.ca === undefined ? undefined : resolve(folder, asked.ca))
  return { ...socket, tls: { certificate: resolve(folder, certificate), key: resolve(folder, key), http2, ...optional('clientCertificates', certificates) } }
}

function networkOf({ clientCertificates, ...network }: Written['network']): NetworkConfig {
  return { ...network, ...optional('clientCertificates', clientCertificates && given(clientCertificates)) }
}

function forwardAuthOf({ written: { forwardAuth }, named, folder }: Parts): ForwardAuthConfig | undefined {
  if (forwardAuth === undefined) return undefined
  const { listen, grpc, proxies, peers, secret } = forwardAuth
  return {
    listen: listenOf(listen, folder),
    ...optional('grpc', grpc && listenOf(grpc, folder)),
    proxies: [...new Set(proxies)],
    peers,
    ...optional('secret', secret ?? named.proxySecret),
  }
}

function storeOf({ written: { store }, named, folder }: Parts): StoreConfig {
  return { path: resolve(folder, store.path), decisions: store.decisions, ...optional('digestKey', store.digestKey ?? named.digestKey) }
}

function apiOf({ upstream, openapi, routes, ...api }: WrittenApi, index: number, parts: Parts): ApiConfig {
  const path = ['apis', index]
  return {
    ...api,
    upstream: upstreamOf(upstream, index, parts),
    ...optional('openapi', openapi === undefined ? undefined : resolve(parts.folder, openapi)),
    routes: routes.map((route, at) => routeOf(route, placeOf([...path, 'routes', at], parts))),
    place: placeOf(path, parts),
  }
}

function placeOf(path: Path, { root, placeOf }: Parts): Place {
  return placeOf(nearest(root, path).start)
}

function upstreamOf(
  { authorizationFile: _file, authorization, tls, ...upstream }: WrittenApi['upstream'],
  index: number,
  { named, folder }: Parts,
): UpstreamConfig {
  return {
    ...upstream,
    ...optional('tls', tls && upstreamTlsOf(tls, folder)),
    ...optional('authorization', authorization ?? named.authorizations.get(index)),
  }
}

function upstreamTlsOf({ ca, certificate, key, serverName }: NonNullable<WrittenApi['upstream']['tls']>, folder: string): UpstreamTlsConfig {
  const path = (name: string | undefined): string | undefined => (name === undefined ? undefined : resolve(folder, name))
  return given({ ca: path(ca), certificate: path(certificate), key: path(key), serverName })
}

function routeOf({ open, anyone, recent, owner, ...route }: WrittenApi['routes'][number], place: Place): RouteConfig {
  const access = open ? 'open' : anyone ? 'anyone' : 'authenticated'
  return { ...route, methods: [...new Set(route.methods)], access, ...optional('recent', recent), ...optional('owner', owner), place }
}

function identityOf({ realm, identity: { headers, assertion } }: Written): IdentityConfig {
  return { headers, ...optional('assertion', assertion && { ...assertion, issuer: assertion.issuer ?? `countersign:${realm}` }) }
}

function personasOf({ personas }: Written): Readonly<Record<string, PersonaConfig>> {
  const anonymous: PersonaConfig = { subject: 'anonymous', roles: [], scopes: [] }
  const named = Object.entries(personas).map(([name, persona]) => [name, { ...given(persona), subject: persona.subject ?? name }] as const)
  return { anonymous, ...Object.fromEntries(named) }
}

/** What is written where variables were filled in, by path; for `maskConfig`. */
function filledIn(root: Located): Readonly<Record<string, string>> | undefined {
  const found: [path: string, written: string][] = []
  collect(root, '', found)
  const realm = root.members.get('realm')?.written
  // By default the issuer has the realm in it.
  if (realm !== undefined && find(root, ['identity', 'assertion', 'issuer']) === undefined) found.push(['identity.assertion.issuer', `countersign:${realm}`])
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

function collect(node: Located, path: string, found: [path: string, written: string][]): void {
  if (node.written !== undefined) found.push([path, node.written])
  for (const [key, member] of node.members) collect(member, path === '' ? key : `${path}.${key}`, found)
}

import { answer, type Denial } from '@countersign/core'
import type { Config, ListenConfig } from '../config/config.ts'
import { optional } from '../config/given.ts'
import { identityFamily } from '../identity/family.ts'
import { securedOf, type Secured } from './secured.ts'
import { refusal, type RefusalSlug } from '../proxy/refusals.ts'

/** What a printed configuration is made for. */
export interface PrintOptions {
  /** Where the proxy takes its callers, such as `127.0.0.1:8000`. Default `80`. */
  readonly listen?: string
}

/** One API as a proxy sees it. */
export interface PrintedApi {
  readonly name: string
  readonly prefix: string
  /** Host and port of the application. */
  readonly upstream: string
  readonly secure: boolean
}

/** The configuration of the gateway as far as a proxy has to know it. */
export interface Site {
  readonly listen: string
  /** Host and port that answer sub-requests. */
  readonly decisions: string
  /** There if they are reached over TLS. */
  readonly secured?: Secured
  /** Host and port that answer Envoy over gRPC; absent for none. */
  readonly grpc?: string
  readonly grpcSecured?: Secured
  /** Host and port of the gateway as a proxy of its own. */
  readonly gateway: string
  readonly gatewaySecured: boolean
  readonly hosts: readonly string[]
  readonly apis: readonly PrintedApi[]
  /** Fields that the application gets, in the spelling of the configuration. */
  readonly identity: readonly string[]
  /** Fields that a caller must not be able to send, lower case, without those of `identity`. */
  readonly family: readonly string[]
  readonly hasSecret: boolean
  readonly hash: string
}

/** Reads what is printed from a configuration. Throws a `TypeError` where a proxy could not keep what it promises. */
export function siteOf(config: Config, { listen = '80' }: PrintOptions): Site {
  if (!/^(?:(?:[\w.-]+|\[[\da-f:]+\]):)?\d{1,5}$/i.test(listen)) throw new TypeError(`\`${listen}\` is no place to listen; pass a port or \`127.0.0.1:8000\``)
  const { apis, identity, forwardAuth, hash } = config
  const stripping = apis.find(({ stripPrefix }) => stripPrefix)
  if (stripping !== undefined)
    throw new TypeError(
      `the API \`${stripping.name}\` has \`stripPrefix\`, so the application would get another path than the one judged; let the gateway forward it`,
    )
  const names = [...Object.values(identity.headers), ...(identity.assertion === undefined ? [] : [identity.assertion.header])]
  const own = new Set(names.map((name) => name.toLowerCase()))
  return {
    listen,
    decisions: forwardAuth === undefined ? '127.0.0.1:8082' : reach(forwardAuth.listen),
    ...optional('secured', forwardAuth && securedOf(forwardAuth.listen)),
    ...optional('grpc', forwardAuth?.grpc && reach(forwardAuth.grpc)),
    ...optional('grpcSecured', forwardAuth?.grpc && securedOf(forwardAuth.grpc)),
    gateway: reach(config.listen),
    gatewaySecured: config.listen.tls !== undefined,
    hosts: [...new Set(apis.flatMap(({ hosts }) => hosts.map((host) => host.replace(/:\d+$/, ''))))],
    // The longest prefix first, as proxies that try in order need it.
    apis: apis
      .map(({ name, prefix, upstream: { url } }) => ({ name: name.replaceAll(/\W/g, '_'), prefix, upstream: hostOf(url), secure: url.protocol === 'https:' }))
      .toSorted((a, b) => b.prefix.length - a.prefix.length),
    identity: names,
    family: [...identityFamily(identity)].filter((name) => !own.has(name)),
    hasSecret: forwardAuth?.secret !== undefined,
    hash,
  }
}

function hostOf(url: URL): string {
  return url.port === '' ? `${url.hostname}:${url.protocol === 'https:' ? 443 : 80}` : url.host
}

/** Where a socket is reached from the same machine. */
function reach({ address, port }: ListenConfig): string {
  const near = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address
  return `${near.includes(':') ? `[${near}]` : near}:${port}`
}

/** `x-countersign-subject` as nginx names it in variables. */
export function variable(name: string): string {
  return name.toLowerCase().replaceAll('-', '_')
}

/** Seconds after which a caller may come again while nobody can decide. */
export const RETRY_AFTER = 2

/** What a caller gets while nobody can decide: what the gateway says where it cannot. */
export const DOWN: string = documentOf({
  outcome: 'unavailable',
  reason: 'lookup-unavailable',
  remedy: { action: 'retry-later', after: RETRY_AFTER },
  retryAfter: RETRY_AFTER,
})

/** A problem document without an id, since no decision was made. */
function documentOf(denial: Omit<Extract<Denial, { outcome: 'unavailable' }>, 'explanation'>): string {
  const { decision_id: _none, ...document } = answer({ ...denial, explanation: { id: '', steps: [] } }).problem ?? {}
  return JSON.stringify(document)
}

/** The document of a refusal at message level, for what a proxy refuses by itself. */
export function documentFor(slug: RefusalSlug): string {
  return JSON.stringify(refusal(slug).problem)
}

export function head(site: Site, ...lines: readonly string[]): string {
  return [`Made by countersign print-config from configuration ${site.hash}.`, ...lines].map((line) => `# ${line}\n`).join('')
}

import type { Policy } from '../policy/policy.ts'

/** Host and path of a URL, as they would be in a request. */
export interface Target {
  /** Lower case, with its port if it has one. */
  readonly host: string
  /** With its query; never normalised. */
  readonly path: string
  /** The URL had none, and a host of the configuration was taken. */
  readonly assumedHost: boolean
  /** False only if the URL says `http:`. */
  readonly secure: boolean
}

const ABSOLUTE = /^(https?):\/\/([^/?#\s]+)([^#\s]*)$/i
const RELATIVE = /^\/[^#\s]*$/

/** Where every API is for any host, one is as good as another. */
const ANY_HOST = 'localhost'

/** Reads a URL or a path. Dot segments stay, because the gateway refuses them. Throws a `TypeError` for anything else. */
export function readTarget(url: string, policy: Pick<Policy, 'apis' | 'find'>): Target {
  const [, protocol, host, rest = ''] = ABSOLUTE.exec(url) ?? []
  if (host !== undefined) {
    return { host: host.toLowerCase(), path: rest.startsWith('/') ? rest : `/${rest}`, assumedHost: false, secure: protocol?.toLowerCase() === 'https' }
  }
  if (!RELATIVE.test(url)) throw new TypeError(`\`${url}\` is no URL; pass a path such as \`/orders/1\`, or a URL such as \`https://api.example/orders/1\``)
  return { host: likelyHost(url.replace(/\?.*$/, ''), policy), path: url, assumedHost: true, secure: true }
}

/** The host of the first API that has the path. */
function likelyHost(path: string, { apis, find }: Pick<Policy, 'apis' | 'find'>): string {
  if (find(ANY_HOST, path).found === 'api') return ANY_HOST
  const hosts = apis.flatMap(({ config }) => config.hosts)
  return hosts.find((host) => find(host, path).found === 'api') ?? hosts[0] ?? ANY_HOST
}

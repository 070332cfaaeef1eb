import { find, isMap, isOn, items, shown, textOf, type Located } from '../located.ts'
import { readHost } from '../schema/addresses.ts'
import { AUTHORIZATION_ACCEPTED } from '../schema/api-section.ts'
import type { Source } from '../source.ts'
import { refuseBoth } from './gateway.ts'
import { checkRoutes } from './routes.ts'
import { checkNamed } from './schemes.ts'

/** `apis`: each has something to protect, and no request could be for two of them. */
export function checkApis(root: Located, source: Source): void {
  const apis = find(root, ['apis'])
  if (Array.isArray(apis?.value) && apis.value.length === 0)
    source.error(apis.key ?? apis.start, {
      code: 'no-apis',
      message: '`apis` is empty',
      hint: 'name an API, with `name`, `upstream`, and `openapi` or `routes`',
    })
  const [names, addresses] = [new Map<string, Located>(), new Map<string, Located>()]
  for (const api of items(apis)) {
    if (!isMap(api)) continue
    checkName(api, source, names)
    checkAddress(api, source, addresses)
    checkContent(api, source)
    for (const scheme of api.members.get('securitySchemes')?.members.values() ?? []) checkNamed(scheme, root, source)
    checkUpstream(api.members.get('upstream'), source)
    checkRoutes(items(api.members.get('routes')), root, source)
  }
}

function checkName(api: Located, source: Source, names: Map<string, Located>): void {
  const name = api.members.get('name')
  const text = textOf(name)
  if (name === undefined || text === undefined) return
  const other = names.get(text)
  if (other === undefined) names.set(text, name)
  else
    source.error(name.start, {
      code: 'duplicate-api',
      message: `${shown(name)} is the name of the API in line ${source.placeOf(other.start).line}, too`,
      hint: 'give each API a name of its own',
    })
}

function checkAddress(api: Located, source: Source, addresses: Map<string, Located>): void {
  const prefix = api.members.get('prefix')
  const path = prefix === undefined ? '' : textOf(prefix)
  if (path === undefined) return
  const hosts = items(api.members.get('hosts'))
  const at = prefix ?? api.members.get('hosts') ?? api
  for (const host of hosts.length === 0 ? ['any host'] : hosts.map((one) => readHost(textOf(one) ?? ''))) {
    if (host === undefined) continue
    const address = `${host} ${path === '/' ? '' : path}`
    const other = addresses.get(address)
    if (other === undefined) addresses.set(address, api)
    else if (other !== api) {
      const message = `the API in line ${source.placeOf(other.start).line} has the same host and prefix`
      source.error(at.start, { code: 'overlapping-apis', message, hint: 'give them different `hosts` or a different `prefix`' })
      return
    }
  }
}

function checkContent(api: Located, source: Source): void {
  if (api.members.has('openapi')) return
  const routes = api.members.get('routes')
  if (routes !== undefined && !(Array.isArray(routes.value) && routes.value.length === 0) && routes.value !== null) return
  const hint = 'name an OpenAPI document under `openapi`, or `routes`, such as `- { path: /** }`'
  source.error(api.start, { code: 'api-without-routes', message: 'this API has neither `openapi` nor `routes`, so every request would be for nothing', hint })
}

function checkUpstream(upstream: Located | undefined, source: Source): void {
  refuseBoth(upstream, source, { members: ['authorization', 'authorizationFile'], accepted: AUTHORIZATION_ACCEPTED })
  checkTls(upstream, source)
  const forward = upstream?.members.get('forwardCredentials')
  if (forward === undefined || !isOn(forward)) return
  if (upstream?.members.has('authorization') !== true && upstream?.members.has('authorizationFile') !== true) return
  const message = 'the credential of the caller and one of the gateway cannot both go to the upstream'
  source.error(forward.start, { code: 'two-credentials', message, hint: 'take `forwardCredentials` or `authorization` away' })
}

function checkTls(upstream: Located | undefined, source: Source): void {
  const tls = upstream?.members.get('tls')
  if (upstream === undefined || tls === undefined) return
  if (/^http:/i.test(textOf(upstream.members.get('url')) ?? ''))
    source.error(tls.key ?? tls.start, {
      code: 'tls-without-https',
      message: '`tls` is given, but `url` is http',
      hint: 'write `https://` in `url`, or take `tls` away',
    })
  const [certificate, key] = [tls.members.get('certificate'), tls.members.get('key')]
  const alone = certificate === undefined ? key : key === undefined ? certificate : undefined
  if (alone !== undefined)
    source.error(alone.key ?? alone.start, { code: 'half-a-pair', message: '`certificate` and `key` belong together', hint: 'give both, or neither' })
}

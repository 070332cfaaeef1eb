import type { Allowed } from '@countersign/core'
import type { Api } from '../policy/policy.ts'
import type { Config, IdentityConfig } from '../config/config.ts'
import { identityFamily } from '../identity/family.ts'
import { identityFields } from '../identity/fields.ts'
import { fieldName } from '../proxy/field-name.ts'
import type { Destination } from '../proxy/ruling.ts'
import { withoutQueryToken } from './query-token.ts'
import { readUpstreamTls } from './upstream-tls.ts'

/** Where requests of one API go: what is the same for all of them is made once. */
export class DestinationOf {
  readonly #api: Api
  readonly #names: IdentityConfig['headers']
  readonly #tokensInQuery: boolean
  readonly #shared: Omit<Destination, 'target' | 'fields'>

  constructor(api: Api, config: Config) {
    const { upstream } = api.config
    this.#api = api
    this.#names = lowerCase(config.identity.headers)
    this.#tokensInQuery = config.schemes.bearer?.alsoInLoggedQuery === true && !keepsCredentials(api)
    this.#shared = {
      url: upstream.url,
      connectTimeout: upstream.connectTimeout,
      responseTimeout: upstream.responseTimeout,
      idleTimeout: upstream.idleTimeout,
      connections: upstream.connections,
      http2: upstream.http2,
      tls: upstream.tls === undefined ? undefined : readUpstreamTls(upstream.tls),
      bodyLimit: config.limits.body,
      withheld: withheldBy(api, config),
      credentials: credentialFields(config),
      ownCredential: upstream.authorization !== undefined,
    }
  }

  /** `more` is what belongs to this request alone: its assertion, its trace. */
  for(target: string, access: Allowed, more: readonly (readonly [string, string])[]): Destination {
    const { prefix, stripPrefix, upstream } = this.#api.config
    const fields = identityFields(this.#names, access)
    if (upstream.authorization !== undefined) fields.push(['authorization', upstream.authorization])
    for (const field of more) fields.push(field)
    const asked = this.#tokensInQuery ? withoutQueryToken(target) : target
    return { ...this.#shared, target: stripPrefix ? stripped(asked, prefix) : asked, fields }
  }
}

/** `/v1?a` without `/v1` is `/?a`. */
function stripped(target: string, prefix: string): string {
  const rest = target.slice(prefix.length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** Whether the credentials of callers go on to the upstream. */
function keepsCredentials({ config: { upstream } }: Api): boolean {
  return upstream.forwardCredentials && upstream.authorization === undefined
}

function withheldBy(api: Api, config: Config): ReadonlySet<string> {
  const withheld = new Set(identityFamily(config.identity))
  // Upstreams that believe this field believe the proxy that writes it, and here that is not us (RFC 9440 section 2.4).
  const { field } = config.network.clientCertificates ?? {}
  if (field !== undefined) withheld.add(fieldName(field).plain)
  if (keepsCredentials(api)) return withheld
  for (const name of credentialFields(config)) withheld.add(name)
  return withheld
}

/** In the spelling in which fields are compared. */
function credentialFields({ schemes: { apiKey, dpop, signature } }: Config): ReadonlySet<string> {
  return new Set([
    'authorization',
    ...(apiKey === undefined ? [] : [fieldName(apiKey.header).plain]),
    ...(dpop === undefined ? [] : ['dpop']),
    ...(signature === undefined ? [] : ['signature', 'signature-input']),
  ])
}

function lowerCase({ subject, roles, scopes, scheme, decision }: IdentityConfig['headers']): IdentityConfig['headers'] {
  return {
    subject: subject.toLowerCase(),
    roles: roles.toLowerCase(),
    scopes: scopes.toLowerCase(),
    scheme: scheme.toLowerCase(),
    decision: decision.toLowerCase(),
  }
}

import type { Allowed } from '@countersign/core'
import type { Api } from '../policy/policy.ts'
import type { Config, IdentityConfig } from '../config/config.ts'
import { identityFamily } from '../identity/family.ts'
import { identityFields } from '../identity/fields.ts'
import type { Destination } from '../proxy/ruling.ts'

/** Where requests of one API go: what is the same for all of them is made once. */
export class DestinationOf {
  readonly #api: Api
  readonly #names: IdentityConfig['headers']
  readonly #shared: Omit<Destination, 'target' | 'fields'>

  constructor(api: Api, config: Config) {
    const { upstream } = api.config
    this.#api = api
    this.#names = lowerCase(config.identity.headers)
    this.#shared = {
      url: upstream.url,
      connectTimeout: upstream.connectTimeout,
      responseTimeout: upstream.responseTimeout,
      idleTimeout: upstream.idleTimeout,
      connections: upstream.connections,
      bodyLimit: config.limits.body,
      withheld: withheldBy(api, config),
      ownCredential: upstream.authorization !== undefined,
    }
  }

  /** `more` is what belongs to this request alone: its assertion, its trace. */
  for(target: string, access: Allowed, more: readonly (readonly [string, string])[]): Destination {
    const { prefix, stripPrefix, upstream } = this.#api.config
    const fields = identityFields(this.#names, access)
    if (upstream.authorization !== undefined) fields.push(['authorization', upstream.authorization])
    for (const field of more) fields.push(field)
    return { ...this.#shared, target: stripPrefix ? stripped(target, prefix) : target, fields }
  }
}

/** `/v1?a` without `/v1` is `/?a`. */
function stripped(target: string, prefix: string): string {
  const rest = target.slice(prefix.length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

function withheldBy({ config: { upstream } }: Api, config: Config): ReadonlySet<string> {
  const withheld = new Set(identityFamily(config.identity))
  if (upstream.forwardCredentials && upstream.authorization === undefined) return withheld
  withheld.add('authorization')
  const key = config.schemes.apiKey?.header.toLowerCase()
  if (key !== undefined) withheld.add(key)
  return withheld
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

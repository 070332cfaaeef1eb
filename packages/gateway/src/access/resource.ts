import type { AnyScheme, NonEmpty } from '@countersign/core'
import { protectedResource, type ProtectedResource } from 'countersign'
import type { BearerConfig, Config } from '../config/config.ts'

/** What clients are told about the API, with what the schemes know. Throws a `TypeError` for what no check of the configuration found. */
export function describeResource(
  { resource, schemes: { bearer } }: Pick<Config, 'resource' | 'schemes'>,
  schemes: NonEmpty<AnyScheme>,
): ProtectedResource | undefined {
  if (resource === undefined) return undefined
  const { identifier, authorizationServers, scopes, ...texts } = resource
  const [server, ...servers] = authorizationServers ?? issuersOf(bearer)
  const [scope, ...more] = scopes
  return protectedResource({
    resource: identifier,
    schemes,
    ...(server === undefined ? {} : { authorizationServers: [server, ...servers] }),
    ...(scope === undefined ? {} : { scopesSupported: [scope, ...more] }),
    ...texts,
  })
}

function issuersOf(bearer: BearerConfig | undefined): readonly string[] {
  const asked = bearer?.introspection?.issuer
  return [...new Set([...(bearer?.issuers ?? []).map(({ issuer }) => issuer), ...(asked === undefined ? [] : [asked])])]
}

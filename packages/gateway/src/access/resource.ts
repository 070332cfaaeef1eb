import type { AnyScheme, NonEmpty } from '@countersign/core'
import { protectedResource, type ProtectedResource } from 'countersign'
import type { Config } from '../config/config.ts'

/** What clients are told about the API, with what the schemes know. Throws a `TypeError` for what no check of the configuration found. */
export function describeResource(
  { resource, schemes: { bearer } }: Pick<Config, 'resource' | 'schemes'>,
  schemes: NonEmpty<AnyScheme>,
): ProtectedResource | undefined {
  if (resource === undefined) return undefined
  const { identifier, authorizationServers, scopes, ...texts } = resource
  const [server, ...servers] = authorizationServers ?? bearer?.issuers.map(({ issuer }) => issuer) ?? []
  const [scope, ...more] = scopes
  return protectedResource({
    resource: identifier,
    schemes,
    ...(server === undefined ? {} : { authorizationServers: [server, ...servers] }),
    ...(scope === undefined ? {} : { scopesSupported: [scope, ...more] }),
    ...texts,
  })
}

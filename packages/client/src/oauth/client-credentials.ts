import * as oauth from 'oauth4webapi'
import type { TokenSource } from '../tokens/token.ts'
import { flowsOf, tokenOf, withNonce } from './grant.ts'
import type { FlowOptions } from './options.ts'

/**
 * Tokens that a client gets for itself (RFC 6749 section 4.4).
 *
 * @example
 * import { bearer, createClient } from '@countersign/client'
 * import { clientCredentials } from '@countersign/client/oauth'
 *
 * export const clientOf = (clientSecret: string) =>
 *   createClient({
 *     credentials: [bearer({ at: 'https://api.example', from: clientCredentials({ issuer: 'https://id.example', clientId: 'shop', clientSecret }) })],
 *   })
 */
export function clientCredentials(options: FlowOptions): TokenSource {
  const begin = flowsOf(options)
  return {
    acts: ['refresh', 'request-scope'],
    async obtain(request) {
      const flow = await begin(request)
      const { server, client, authentication } = flow
      return withNonce(async () => {
        const response = await oauth.clientCredentialsGrantRequest(server, client, authentication, flow.parameters, flow.options)
        return tokenOf(await oauth.processClientCredentialsResponse(server, client, response))
      })
    },
  }
}

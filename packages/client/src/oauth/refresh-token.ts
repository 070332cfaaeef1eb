import { Secret } from '@countersign/core'
import type { TokenSource } from '../tokens/token.ts'
import { flowsOf, refreshed } from './grant.ts'
import type { FlowOptions } from './options.ts'

/** Tokens for a refresh token that somebody else has got; a rotated one replaces it (RFC 6749 section 6). */
export function refreshToken(options: FlowOptions & { readonly refreshToken: string }): TokenSource {
  const begin = flowsOf(options)
  const first = new Secret(options.refreshToken)
  return {
    acts: ['refresh', 'request-scope'],
    obtain: async (request) => refreshed(await begin(request), request.held?.refresh ?? first),
  }
}

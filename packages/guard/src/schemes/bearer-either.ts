import type { Principal, Scheme, Secret } from '@countersign/core'
import { checkerOf } from '../check.ts'
import { BEARER } from './bearer-challenge.ts'

type BearerScheme<P extends Principal> = Scheme<Secret, P> & { ready?: () => Promise<void> }

/**
 * Accepts two kinds of bearer tokens under one challenge: those of the shape of a JWT, and all others.
 *
 * The shape decides, three parts with dots between, so no token is ever tried with both. Throws a
 * `TypeError` if one of the two is missing. RFC 6750.
 *
 * @example
 * import { bearerEither, bearerJwt, bearerOpaque } from 'countersign'
 *
 * export const scheme = bearerEither({
 *   jwt: bearerJwt({ issuer: 'https://id.example', audience: 'https://api.example' }),
 *   opaque: bearerOpaque({ verify: (token) => (token === 'validtoken' ? { subject: 'reader' } : undefined) }),
 * })
 */
export function bearerEither<J extends Principal, O extends Principal>(options: {
  readonly jwt: BearerScheme<J>
  readonly opaque: BearerScheme<O>
}): Scheme<Secret, J | O> & { ready(): Promise<void> } {
  const check = checkerOf('bearerEither()')
  check.members(options, ['jwt', 'opaque'])
  const { jwt, opaque } = options
  for (const [option, scheme] of Object.entries({ jwt, opaque })) {
    if (scheme?.name !== BEARER.name) check.refuse(option, scheme, 'a scheme made by bearerJwt() or bearerOpaque()')
  }
  return {
    ...BEARER,
    verify: (credentials, context) => (/^[^.]*\.[^.]*\./.test(credentials.reveal()) ? jwt : opaque).verify(credentials, context),
    async ready() {
      await Promise.all([jwt.ready?.(), opaque.ready?.()])
    },
  }
}

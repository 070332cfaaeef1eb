import type { Principal } from '@countersign/core'
import type { CertificateSource } from '../certificates/source.ts'
import { checkerOf } from '../check.ts'
import { BEARER } from './bearer-challenge.ts'
import { bearerScheme, type BearerScheme } from './bearer-scheme.ts'

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
  /** Where the certificates are that tokens may be bound to; those of the two schemes are not asked. */
  readonly certificates?: CertificateSource
}): BearerScheme<J | O> {
  const check = checkerOf('bearerEither()')
  check.members(options, ['jwt', 'opaque', 'certificates'])
  const { jwt, opaque, certificates } = options
  for (const [option, scheme] of Object.entries({ jwt, opaque })) {
    if (scheme?.name !== BEARER.name) check.refuse(option, scheme, 'a scheme made by bearerJwt() or bearerOpaque()')
    if (scheme.also !== undefined) check.refuse(option, scheme, 'it without alsoInForm() or alsoInLoggedQuery(), and what bearerEither() makes to those')
  }
  if (certificates !== undefined) check.isFunction('certificates', certificates, 'a source such as certificateOfConnection()')
  return bearerScheme<J | O>({
    verifyToken: (token, context) => (/^[^.]*\.[^.]*\./.test(token) ? jwt : opaque).verifyToken(token, context),
    ...(certificates === undefined ? {} : { certificates }),
    issuers: jwt.advertises.issuers && opaque.advertises.issuers && [...new Set([...jwt.advertises.issuers, ...opaque.advertises.issuers])],
    async ready() {
      await Promise.all([jwt.ready(), opaque.ready()])
    },
  })
}

import { createSign, generateKeyPairSync } from 'node:crypto'
import { forgeryCheck } from './forgery.ts'
import { encoded } from './jws.ts'

/** Sends tokens that bring their own key along. */
export const tokJwk = forgeryCheck('TOK-JWK', {
  risk: 92,
  sends: 'with a token signed by a key that stands in its header',
  forge: ({ header, claims }) => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const input = `${encoded({ ...header, alg: 'RS256', jwk: publicKey.export({ format: 'jwk' }) })}.${encoded(claims)}`
    return [{ name: 'a token with its key in `jwk`', token: `${input}.${createSign('sha256').update(input).sign(privateKey).toString('base64url')}` }]
  },
})

import type { CredentialSource } from '../config/config.ts'
import type { AuditRequest } from '../exchange.ts'
import type { Credentials } from '../persona.ts'
import { expiring, expiryOf } from './expiry.ts'
import { createProver, type Prover } from './proof.ts'
import type { Source, Surroundings } from './source.ts'

/** A token that somebody got elsewhere, with the key that it is bound to (RFC 9449). */
export function dpop({ token, key }: CredentialSource & { readonly type: 'dpop' }, { secrets, target, now }: Surroundings): Source {
  let prover: Prover | undefined
  return {
    scheme: 'DPoP',
    obtain: async () => {
      const value = await secrets.line(token)
      prover ??= createProver(now, await secrets.whole(key))
      return boundToken(value, expiryOf(value))
    },
    authorize: (request, credentials) => (prover === undefined ? request : proven(request, credentials, { prover, target })),
    learn: (response) => prover?.learn(response, new URL(target).origin) ?? false,
  }
}

export function boundToken(value: string, expires: number | undefined): Credentials {
  return { kind: 'dpop', fields: [['Authorization', `DPoP ${value}`]], value, ...expiring(expires) }
}

/** The request with the token and a proof for it alone. */
export function proven(
  request: AuditRequest,
  credentials: Credentials,
  { prover, target }: { readonly prover: Prover; readonly target: string },
): AuditRequest {
  const [path = ''] = request.target.split(/[?#]/, 1)
  const { origin } = new URL(target)
  const proof = prover.proof({ method: request.method, origin, url: path.startsWith('/') ? origin + path : path, token: credentials.value })
  return { ...request, fields: [...request.fields, ...credentials.fields, ['DPoP', proof]] }
}

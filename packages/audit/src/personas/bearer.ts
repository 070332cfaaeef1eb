import type { CredentialSource } from '../config/config.ts'
import { expiring, expiryOf } from './expiry.ts'
import type { Source, Surroundings } from './source.ts'

/** A token that somebody got elsewhere (RFC 6750). */
export function bearer({ token }: CredentialSource & { readonly type: 'bearer' }, { secrets }: Surroundings): Source {
  return {
    scheme: 'Bearer',
    obtain: async () => {
      const value = await secrets.line(token)
      return { kind: 'bearer', fields: [['Authorization', `Bearer ${value}`]], value, ...expiring(expiryOf(value)) }
    },
  }
}

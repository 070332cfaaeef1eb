import type { CredentialSource } from '../config/config.ts'
import type { Source, Surroundings } from './source.ts'

/** A name and a password in every request (RFC 7617). */
export function basic({ user, password }: CredentialSource & { readonly type: 'basic' }, { secrets }: Surroundings): Source {
  return {
    scheme: 'Basic',
    obtain: async () => {
      const value = `${user}:${await secrets.line(password)}`
      return { kind: 'basic', fields: [['Authorization', `Basic ${Buffer.from(value).toString('base64')}`]], value }
    },
  }
}

import type { CredentialSource } from '../config/config.ts'
import type { Credentials } from '../persona.ts'
import type { Source, Surroundings } from './source.ts'

/** A key in a field, in the query or in a cookie. */
export function apiKey({ in: where, name, key }: CredentialSource & { readonly type: 'apiKey' }, { secrets }: Surroundings): Source {
  return {
    scheme: 'ApiKey',
    obtain: async (): Promise<Credentials> => {
      const value = await secrets.line(key)
      if (where === 'query') return { kind: 'apiKey', fields: [], value, query: [[name, value]] }
      return { kind: 'apiKey', fields: [where === 'header' ? [name, value] : ['Cookie', `${name}=${value}`]], value }
    },
  }
}

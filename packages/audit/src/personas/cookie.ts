import type { CredentialSource } from '../config/config.ts'
import type { Source, Surroundings } from './source.ts'

/** A cookie that somebody got elsewhere. */
export function cookie({ name, value: source }: CredentialSource & { readonly type: 'cookie' }, { secrets }: Surroundings): Source {
  return {
    // OpenAPI calls a cookie an API key.
    scheme: 'ApiKey',
    obtain: async () => {
      const value = await secrets.line(source)
      return { kind: 'cookie', fields: [['Cookie', `${name}=${value}`]], value }
    },
  }
}

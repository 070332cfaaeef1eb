import { env } from 'node:process'
import { CredentialsError, type TokenSource } from '../tokens/token.ts'

/** The token in a variable of the environment, read anew whenever one is needed. */
export function environmentToken(variable: string): TokenSource {
  return {
    acts: ['refresh'],
    async obtain() {
      const value = env[variable]
      if (value === undefined || value === '') throw new CredentialsError(`the variable \`${variable}\` of the environment has no token`)
      return { value }
    },
  }
}

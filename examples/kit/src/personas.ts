import { bearerOption, type CurlOptions } from './curl.ts'
import type { PersonaFields } from './matrix.ts'
import { obtainTokens } from './tokens.ts'

/** Who asks in every example: with nothing, with something unreadable, with tokens of the provider, with the tutorial's. */
export const PERSONAS = ['nobody', 'garbled', 'expired', 'ivan', 'olga', 'adam', 'validtoken', 'admintoken'] as const

export type Persona = (typeof PERSONAS)[number]

const bearer = (token: string): { readonly authorization: string } => ({ authorization: `Bearer ${token}` })

/** Gets what each persona sends: tokens of the provider, and those of the tutorial. */
export async function obtainCredentials(issuer: string): Promise<PersonaFields<Persona>> {
  const { expired, ivan, olga, adam } = await obtainTokens(issuer)
  return {
    nobody: {},
    garbled: bearer('a b'),
    expired: bearer(expired),
    ivan: bearer(ivan),
    olga: bearer(olga),
    adam: bearer(adam),
    validtoken: bearer('validtoken'),
    admintoken: bearer('admintoken'),
  }
}

/** What each persona adds to a line of curl, with the variables of `tokenLines()`. */
export const CURL_OPTIONS: CurlOptions<Persona> = {
  nobody: [],
  garbled: bearerOption('a b'),
  expired: bearerOption('$EXPIRED'),
  ivan: bearerOption('$IVAN'),
  olga: bearerOption('$OLGA'),
  adam: bearerOption('$ADAM'),
  validtoken: bearerOption('validtoken'),
  admintoken: bearerOption('admintoken'),
}

import {
  CURL_OPTIONS as SHARED,
  obtainCredentials as obtainShared,
  type CurlOptions,
  type Persona as Shared,
  type PersonaFields,
} from '@countersign/example-kit'
import { VERA } from './parties.ts'

/** Those of every example, and two that the store of the gateway knows: by a key, by a password. */
export type Persona = Shared | 'partner' | 'vera'

/** Gets what each persona sends. */
export async function obtainCredentials(issuer: string, key: string): Promise<PersonaFields<Persona>> {
  return {
    ...(await obtainShared(issuer)),
    partner: { 'x-api-key': key },
    vera: { authorization: `Basic ${btoa(`${VERA.name}:${VERA.password}`)}` },
  }
}

/** What each persona adds to a line of curl, with the variables of `tokenLines()` and `KEY`. */
export const CURL_OPTIONS: CurlOptions<Persona> = {
  ...SHARED,
  partner: ['-H', '"X-Api-Key: $KEY"'],
  vera: ['-u', `${VERA.name}:${VERA.password}`],
}

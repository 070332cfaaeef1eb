import { suppliedToken } from './supplied.ts'

/** Sends a token with an unencoded payload. */
export const tokB64 = suppliedToken('TOK-B64', ['unencoded-payload'])

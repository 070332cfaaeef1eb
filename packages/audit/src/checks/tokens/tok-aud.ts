import { suppliedToken } from './supplied.ts'

/** Sends a token that is meant for another API. */
export const tokAud = suppliedToken('TOK-AUD', ['other-audience'])

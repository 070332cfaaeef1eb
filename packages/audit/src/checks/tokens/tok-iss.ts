import { suppliedToken } from './supplied.ts'

/** Sends a token of another issuer. */
export const tokIss = suppliedToken('TOK-ISS', ['other-issuer'])

import { suppliedToken } from './supplied.ts'

/** Sends a token that has expired. */
export const tokExpired = suppliedToken('TOK-EXPIRED', ['expired'])

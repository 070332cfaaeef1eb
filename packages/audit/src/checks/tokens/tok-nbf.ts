import { suppliedToken } from './supplied.ts'

/** Sends a token that is not valid yet. */
export const tokNbf = suppliedToken('TOK-NBF', ['not-yet-valid'])

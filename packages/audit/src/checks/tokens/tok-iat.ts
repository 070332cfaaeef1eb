import { suppliedToken } from './supplied.ts'

/** Sends a token that was issued in the future. */
export const tokIat = suppliedToken('TOK-IAT', ['issued-in-future'])

import { suppliedToken } from './supplied.ts'

/** Sends a token with a critical extension that nobody knows. */
export const tokCrit = suppliedToken('TOK-CRIT', ['critical-extension'])

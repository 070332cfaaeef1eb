import { suppliedToken } from './supplied.ts'

/** Sends a token that was revoked. */
export const tokRevoked = suppliedToken('TOK-REVOKED', ['revoked'])

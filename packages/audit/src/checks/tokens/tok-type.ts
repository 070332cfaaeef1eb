import { suppliedToken } from './supplied.ts'

/** Sends an ID token and a refresh token as access tokens. */
export const tokType = suppliedToken('TOK-TYPE', ['id-token', 'refresh-token'])

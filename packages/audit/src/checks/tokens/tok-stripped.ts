import { forgeryCheck } from './forgery.ts'

/** Sends tokens without their signature. */
export const tokStripped = forgeryCheck('TOK-STRIPPED', {
  risk: 93,
  sends: 'with the token without its signature',
  forge: ({ raw: [header, claims] }) => [
    { name: 'a token with an empty signature', token: `${header}.${claims}.` },
    { name: 'a token without a signature', token: `${header}.${claims}` },
  ],
})

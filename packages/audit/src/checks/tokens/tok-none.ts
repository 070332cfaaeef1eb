import { forgeryCheck } from './forgery.ts'
import { encoded } from './jws.ts'

/** Sends tokens that say they have no signature, in all spellings. */
export const tokNone = forgeryCheck('TOK-NONE', {
  risk: 94,
  sends: 'with a token of `alg: none`, in four spellings',
  forge: ({ header, raw: [, claims] }) =>
    ['none', 'None', 'NONE', 'nOnE'].map((alg) => ({ name: `a token of \`alg: ${alg}\``, token: `${encoded({ ...header, alg })}.${claims}.` })),
})

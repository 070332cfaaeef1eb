import { forgeryCheck } from './forgery.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Sends a good token in spellings that RFC 7515 does not have. */
export const tokCanon = forgeryCheck('TOK-CANON', {
  risk: 35,
  sends: 'with the good token in other spellings of base64',
  forge: ({ raw: [header, claims, signature] }) => [
    { name: 'a token with padding', token: `${header}.${claims}.${signature}==` },
    { name: 'a token with a character outside of base64url', token: `${header}.${claims}.${signature.slice(0, 8)}!${signature.slice(8)}` },
    { name: 'a token in ordinary base64', token: `${header}.${claims}.${Buffer.from(signature, 'base64url').toString('base64')}` },
    ...withOtherBits([header, claims, signature]),
  ],
})

/** The last character of a part has bits that stand for nothing; other ones are another spelling. */
function withOtherBits([header, claims, signature]: readonly [string, string, string]): readonly { readonly name: string; readonly token: string }[] {
  const last = signature.at(-1) ?? ''
  const spare = [0, 0, 4, 2][signature.length % 4] ?? 0
  if (spare === 0) return []
  const other = ALPHABET[ALPHABET.indexOf(last) ^ 1] ?? last
  return [{ name: 'a token whose last bits are others', token: `${header}.${claims}.${signature.slice(0, -1)}${other}` }]
}

import { forgeryCheck, type Forged } from './forgery.ts'
import { hmacToken, type TokenParts } from './jws.ts'
import { publishedKeys } from './published-keys.ts'

/** Sends tokens signed with a published public key, as if it were a shared secret. */
export const tokKeyconfusion = forgeryCheck('TOK-KEYCONFUSION', {
  risk: 92,
  sends: 'with tokens signed with the published public key as the secret of an HMAC',
  forge: async (parts, run) => {
    if (String(parts.header['alg']).startsWith('HS')) return 'the token is signed with a shared secret already'
    const keys = await publishedKeys(run)
    if (keys.length === 0) return 'no public keys are published at this origin, so their misuse cannot be tried'
    return keys.flatMap((key) => signedWith(key, parts))
  },
})

function signedWith(key: Awaited<ReturnType<typeof publishedKeys>>[number], { header, claims }: TokenParts): readonly Forged[] {
  const pem = key.export({ type: 'spki', format: 'pem' }).toString()
  const secrets: readonly (readonly [string, string | Buffer])[] = [
    ['the public key as PEM', pem],
    ['the public key as PEM without the last newline', pem.trimEnd()],
    ['the public key as DER', key.export({ type: 'spki', format: 'der' })],
  ]
  return secrets.map(([name, secret]) => ({ name: `a token signed with ${name}`, token: hmacToken({ ...header, alg: 'HS256' }, claims, secret) }))
}

import { importJWK, SignJWT, type JWK } from 'jose'

/** How this server says who it is: with a secret, or with assertions that a private key signs. */
export type IntrospectionClient = { readonly id: string; readonly secret: string } | { readonly id: string; readonly key: JWK }

/** What a request carries to authenticate its sender. */
export interface ClientAuthentication {
  readonly headers: Readonly<Record<string, string>>
  readonly parameters: Readonly<Record<string, string>>
}

/** Makes the authentication of one request; `audience` is who it is meant for. */
export type Authenticate = (audience: string, now: number) => Promise<ClientAuthentication>

/** Seconds for which an assertion is good. */
const ASSERTION_LASTS = 60
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** `client_secret_basic` (RFC 6749 section 2.3.1) or `private_key_jwt` (RFC 7523 section 2.2). */
export function clientAuthentication(client: IntrospectionClient): Authenticate {
  if ('secret' in client) {
    const credentials = btoa(`${formEncoded(client.id)}:${formEncoded(client.secret)}`)
    return () => Promise.resolve({ headers: { authorization: `Basic ${credentials}` }, parameters: {} })
  }
  const { id, key: jwk } = client
  const { alg = 'RS256', kid } = jwk
  let imported: ReturnType<typeof importJWK> | undefined
  return async (audience, now) => {
    imported ??= importJWK(jwk, alg)
    const issuedAt = Math.floor(now)
    const assertion = await new SignJWT({ iss: id, sub: id, aud: audience, jti: crypto.randomUUID(), iat: issuedAt, exp: issuedAt + ASSERTION_LASTS })
      .setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }) })
      .sign(await imported)
    return { headers: {}, parameters: { client_id: id, client_assertion_type: ASSERTION_TYPE, client_assertion: assertion } }
  }
}

/** Text as a form has it, which is how Basic carries the id and the secret of a client. */
function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}

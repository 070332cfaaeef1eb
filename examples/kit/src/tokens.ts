import { setTimeout as wait } from 'node:timers/promises'
import { AUDIENCE, CLIENTS, type ClientId } from './clients.ts'

/** Gets a token for every client of the provider, over HTTP, and waits until the one that is to expire has expired. */
export async function obtainTokens(issuer: string): Promise<Readonly<Record<ClientId, string>>> {
  const late = requestToken(issuer, 'expired').then(async (token) => {
    await wait(CLIENTS.expired.lifetime * 1000)
    return token
  })
  const [ivan, olga, adam] = await Promise.all([requestToken(issuer, 'ivan'), requestToken(issuer, 'olga'), requestToken(issuer, 'adam')])
  return { expired: await late, ivan, olga, adam }
}

/** Asks the token endpoint as one of the provider's clients (RFC 6749 section 4.4, RFC 8707). */
async function requestToken(issuer: string, id: ClientId): Promise<string> {
  const { secret } = CLIENTS[id]
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: AUDIENCE, scope: 'orders:write' }),
  })
  const answer = (await response.json()) as { readonly access_token?: unknown; readonly error?: unknown }
  if (typeof answer.access_token !== 'string') throw new TypeError(`the provider gave ${id} no token: ${response.status} ${String(answer.error)}`)
  return answer.access_token
}

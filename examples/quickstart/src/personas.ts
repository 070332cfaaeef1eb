import { setTimeout as wait } from 'node:timers/promises'
import { CLIENTS, type ClientId } from './clients.ts'
import { AUDIENCE } from './guard.ts'

/** Who asks. The first two need no token, the last two bring one of the tutorial's. */
export const PERSONAS = ['nobody', 'garbled', 'expired', 'ivan', 'olga', 'adam', 'validtoken', 'admintoken'] as const

export type Persona = (typeof PERSONAS)[number]

/** The value of the Authorization field that each persona sends, if it sends one. */
export type Credentials = Readonly<Record<Persona, string | undefined>>

/** Gets a token for every persona that needs one, over HTTP, and waits until the one that is to expire has expired. */
export async function obtainCredentials(issuer: string): Promise<Credentials> {
  const expired = requestToken(issuer, 'expired').then(async (token) => {
    await wait(CLIENTS.expired.lifetime * 1000)
    return token
  })
  const others = Promise.all([requestToken(issuer, 'ivan'), requestToken(issuer, 'olga'), requestToken(issuer, 'adam')])
  const [ivan, olga, adam] = await others
  return {
    nobody: undefined,
    garbled: 'Bearer a b',
    expired: `Bearer ${await expired}`,
    ivan: `Bearer ${ivan}`,
    olga: `Bearer ${olga}`,
    adam: `Bearer ${adam}`,
    validtoken: 'Bearer validtoken',
    admintoken: 'Bearer admintoken',
  }
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

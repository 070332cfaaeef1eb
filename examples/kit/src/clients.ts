/** What the protected API is called in `aud`. A name, not an address: it stays when the port changes. */
export const AUDIENCE = 'https://api.example'

/** A client of the provider; it asks for tokens in its own name. */
export interface Client {
  readonly id: string
  readonly secret: string
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  /** Seconds for which its tokens are good. */
  readonly lifetime: number
}

/** The clients that the provider knows, by id. */
export const CLIENTS = {
  expired: { id: 'expired', secret: 'expired-secret', roles: [], scopes: [], lifetime: 1 },
  ivan: { id: 'ivan', secret: 'ivan-secret', roles: [], scopes: [], lifetime: 3600 },
  olga: { id: 'olga', secret: 'olga-secret', roles: [], scopes: ['orders:write'], lifetime: 3600 },
  adam: { id: 'adam', secret: 'adam-secret', roles: ['admin'], scopes: [], lifetime: 3600 },
} as const satisfies Readonly<Record<string, Client>>

/** The id of a client. */
export type ClientId = keyof typeof CLIENTS

/** The client of an id that came over the wire. */
export function findClient(id: string): Client | undefined {
  return Object.values<Client>(CLIENTS).find((client) => client.id === id)
}

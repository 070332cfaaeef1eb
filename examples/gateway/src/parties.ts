import type { Gateway } from '@countersign/gateway'

/** Whom the store of the example knows: one by a key, one by a password. */
export const VERA = { name: 'vera', password: 'vera-password' } as const

const ACTOR = { subject: 'example', via: 'cli' } as const

/** Puts a key and a password into the store, as `countersign keys create` and `countersign passwords set` do. Gives the key, which cannot be shown again. */
export async function addParties({ store }: Gateway): Promise<string> {
  const { key } = await store.keys.create({ subject: 'partner', label: 'of the example', scopes: ['orders:write'] }, ACTOR)
  await store.passwords.set(VERA.name, VERA.password, ACTOR)
  // A password is made to be slow to check, and on a machine that has much to do the first check would be answered with 503.
  await store.passwords.verify(VERA.name, VERA.password)
  await store.principals.put({ subject: VERA.name, roles: ['auditor'], scopes: [], status: 'active' }, ACTOR)
  return key
}

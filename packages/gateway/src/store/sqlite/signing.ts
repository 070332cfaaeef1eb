import { textInput } from '../input.ts'
import type { Actor, SigningKeyStore } from '../store.ts'
import type { Context } from './context.ts'
import { object } from './row.ts'

const GATEWAY: Actor = { subject: 'gateway', via: 'gateway' }

export function createSigning({ durable, audit, now }: Context): SigningKeyStore {
  const find = durable.prepare('SELECT jwk FROM signing_keys WHERE use = ? ORDER BY sequence DESC')
  const insert = durable.prepare('INSERT INTO signing_keys (use, jwk, created) VALUES (?, ?, ?)')
  const existing = (use: string) => find.all(use).map((row) => object(row, 'jwk'))
  return {
    ensure: async (use, make) => {
      const name = textInput(use, { name: 'use', most: 64 })
      const found = existing(name)
      if (found.length > 0) return found
      const made = await make()
      return durable.transact(() => {
        // Another process may have been quicker, and all have to sign with the same key.
        const quicker = existing(name)
        if (quicker.length > 0) return quicker
        insert.run(name, JSON.stringify(made), now())
        const { kid } = made
        audit.note({ actor: GATEWAY, action: 'signing.create', target: name, detail: typeof kid === 'string' ? { kid } : {} })
        return existing(name)
      })
    },
  }
}

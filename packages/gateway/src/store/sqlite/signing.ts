import type { Digests } from '../digests.ts'
import { textInput } from '../input.ts'
import { StoreError, type Actor, type SigningKeyStore } from '../store.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { requireDigestKey, SEALED } from './digest-key.ts'
import { number, object, text } from './row.ts'

const GATEWAY: Actor = { subject: 'gateway', via: 'gateway' }

export function createSigning({ durable, digests, audit, now }: Context): SigningKeyStore {
  const find = durable.prepare('SELECT sealed FROM signing_keys WHERE use = ? ORDER BY sequence DESC')
  const insert = durable.prepare('INSERT INTO signing_keys (use, sealed, created) VALUES (?, ?, ?)')
  const existing = (use: string) => find.all(use).map((row) => object({ jwk: unsealed(durable, digests, { use, sealed: text(row, 'sealed') }) }, 'jwk'))
  return {
    ensure: async (use, make) => {
      const name = textInput(use, { name: 'use', most: 64 })
      const found = existing(name)
      if (found.length > 0) return found
      const made = await make()
      return durable.write(() => {
        // Another process may have been quicker, and all have to sign with the same key.
        const quicker = existing(name)
        if (quicker.length > 0) return quicker
        requireDigestKey(durable, digests)
        insert.run(name, digests.seal(JSON.stringify(made), purposeOf(name)), now())
        const { kid } = made
        audit.note({ actor: GATEWAY, action: 'signing.create', target: name, detail: typeof kid === 'string' ? { kid } : {} })
        return existing(name)
      })
    },
  }
}

function purposeOf(use: string): string {
  return `signing key\n${use}`
}

function unsealed({ path }: Connection, digests: Digests, { use, sealed }: { readonly use: string; readonly sealed: string }): string {
  const found = digests.unseal(sealed, purposeOf(use))
  if (found !== undefined) return found
  throw new StoreError(
    `a signing key in the store ${path} cannot be opened with its digest key; it was changed by hand or by another program: put the last backup in its place`,
  )
}

/** Seals the keys that an earlier version has left open, and leaves nothing of them in the files. */
export function sealOpenKeys(connection: Connection, digests: Digests): void {
  const open = connection.prepare(`SELECT sequence, use, sealed FROM signing_keys WHERE NOT (${SEALED})`)
  const replace = connection.prepare('UPDATE signing_keys SET sealed = ? WHERE sequence = ?')
  const remember = connection.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('remains', 'signing keys')")
  if (open.get() !== undefined) {
    connection.transact(() => {
      for (const row of open.all()) replace.run(digests.seal(text(row, 'sealed'), purposeOf(text(row, 'use'))), number(row, 'sequence'))
      remember.run()
    })
  }
  sweep(connection)
}

/** Writes the whole database anew: what was in it before lies in free pages otherwise. Done again at the next start if it was not finished. */
function sweep(connection: Connection): void {
  const remains = connection.prepare("SELECT 1 FROM meta WHERE name = 'remains'")
  if (remains.get() === undefined) return
  connection.exec('VACUUM')
  const { busy } = connection.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() ?? {}
  // Somebody still reads from before it, and the old pages have to stay until then.
  if (busy === 0) connection.exec("DELETE FROM meta WHERE name = 'remains'")
}

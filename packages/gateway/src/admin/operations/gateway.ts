import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { AdminOptions } from '../admin-options.ts'
import { BACKUP } from '../input.ts'
import { operation, operationWith, type Operations } from '../operation.ts'
import { json, problem } from '../reply.ts'

/** The gateway itself: its configuration, its store, and this document. */
export function gatewayOperations({ store, effective, reload, backups }: AdminOptions, document: unknown): Operations {
  return {
    getDocument: operation(() => json(200, document)),
    getConfiguration: operation(() => json(200, effective())),
    reload: operation(async ({ actor }) => {
      const { ok, diagnostics } = await reload()
      await store.audit.append({ actor, action: 'configuration.reload', target: 'configuration', detail: { ok, diagnostics: diagnostics.length } })
      return ok ? json(200, { ok, diagnostics }) : problem('configuration-refused', { diagnostics })
    }),
    backUp: operationWith(BACKUP, async ({ body: { name }, actor }) => {
      if (backups === undefined)
        return problem('conflict', { detail: 'this gateway was started without a folder for backups; use `countersign backup` instead' })
      const file = join(backups, name)
      // The key file of the store goes beside the copy.
      if (existsSync(file) || existsSync(`${file}.key`)) return problem('conflict', { detail: 'a file of this name is there; choose another name' })
      await store.backup(file)
      await store.audit.append({ actor, action: 'store.backup', target: name, detail: {} })
      return json(201, { name })
    }),
  }
}

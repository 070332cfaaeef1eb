import { createHash } from 'node:crypto'
import type { Actor } from './store.ts'

/** What stands before the first entry of the audit trail. */
export const GENESIS = '0'.repeat(64)

/** An entry as it is hashed: `detail` is the JSON text as it is stored, so that reading it again changes nothing. */
export interface Link {
  readonly sequence: number
  readonly at: number
  readonly actor: Actor
  readonly action: string
  readonly target: string
  readonly detail: string
}

/** SHA-256 over an entry and the hash before it, in hexadecimal. */
export function linkHash({ sequence, at, actor, action, target, detail }: Link, before: string): string {
  return createHash('sha256')
    .update(JSON.stringify([sequence, at, actor.subject, actor.via, action, target, detail, before]))
    .digest('hex')
}

import { StoreError } from '../store.ts'
import type { Connection } from './connection.ts'
import { text } from './row.ts'

/** Reads every page; a `StoreError` if one is not what it should be. Takes about a second for a million keys. */
export function requireIntegrity(connection: Connection): void {
  const [first] = connection.prepare('PRAGMA quick_check(1)').all()
  const found = first === undefined ? 'nothing' : text(first, 'quick_check')
  if (found !== 'ok') throw new StoreError(`the store ${connection.path} is damaged (${found.replaceAll(/\s+/g, ' ')}); put the last backup in its place`)
}

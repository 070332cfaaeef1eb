import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { createDigests, type Digests } from '../digests.ts'
import { StoreError } from '../store.ts'
import type { Connection } from './connection.ts'
import { fileFault } from './fault.ts'
import { text } from './row.ts'

/** Keys of the gateway itself that are sealed with the digest key; those of versions before that are JSON. */
export const SEALED = "sealed NOT LIKE '{%'"

/** What is left when nobody has the key any more. */
const IF_LOST = '. If it is lost, move the store away: its API keys and signing keys are lost, too, and have to be made anew'

/** 32 bytes in base64url, and the end of the line. */
const CONTENT = /^([A-Za-z0-9_-]{43})\n?$/

/** Where the digest key is kept if the configuration has none. */
export function keyFileOf(path: string): string {
  return `${path}.key`
}

/**
 * The digests of this store: under the key of the configuration, or that of the file beside the database, which is made
 * for a store without keys. The database keeps a fingerprint, because another key would make every API key unknown.
 */
export function settleDigests(connection: Connection, digestKey: string | undefined): Digests {
  const known = fingerprintOf(connection)
  const digests = digestKey === undefined ? fromFile(connection.path) : createDigests(Buffer.from(digestKey, 'utf8'))
  if (digests !== undefined && digests.fingerprint === known) return digests
  // One process at a time, so that the file is made once and never seen half written.
  return connection.transact(() => adopt(connection, digestKey))
}

/** The digests of a store that is only read. */
export function existingDigests(connection: Connection, digestKey: string | undefined): Digests {
  const digests = digestKey === undefined ? fromFile(connection.path) : createDigests(Buffer.from(digestKey, 'utf8'))
  return digests?.fingerprint === fingerprintOf(connection) && digests !== undefined ? digests : refuse(connection.path, digestKey, digests)
}

/** A `StoreError` if another process has taken another digest key since this one started. */
export function requireDigestKey(connection: Connection, digests: Digests): void {
  if (fingerprintOf(connection) === digests.fingerprint) return
  throw new StoreError(`the digest key of the store ${connection.path} was changed by another process; start all processes again, with the same key`)
}

function adopt(connection: Connection, digestKey: string | undefined): Digests {
  const found = digestKey === undefined ? fromFile(connection.path) : createDigests(Buffer.from(digestKey, 'utf8'))
  const known = fingerprintOf(connection)
  if (found !== undefined && found.fingerprint === known) return found
  if (known !== undefined && isNeeded(connection)) return refuse(connection.path, digestKey, found)
  const digests = found ?? createDigests(makeFile(keyFileOf(connection.path)))
  connection.prepare("INSERT INTO meta (name, value) VALUES ('digest-key', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value").run(digests.fingerprint)
  return digests
}

/** Whether something in the store is of no use without the digest key that it was made with. */
function isNeeded(connection: Connection): boolean {
  return connection.prepare(`SELECT 1 FROM keys UNION ALL SELECT 1 FROM signing_keys WHERE ${SEALED} LIMIT 1`).get() !== undefined
}

function refuse(path: string, digestKey: string | undefined, found: Digests | undefined): never {
  const file = keyFileOf(path)
  if (digestKey !== undefined) {
    throw new StoreError(`the digest key of the configuration is not the one with which the keys in the store ${path} were made; give that one back${IF_LOST}`)
  }
  throw new StoreError(
    found === undefined
      ? `the store ${path} has keys, but their digest key ${file} is missing; put it back from the backup, or give it in the configuration (\`store.digestKey\`)${IF_LOST}`
      : `the digest key ${file} is not the one with which the keys in the store ${path} were made; put that one back${IF_LOST}`,
  )
}

function fingerprintOf(connection: Connection): string | undefined {
  const row = connection.prepare("SELECT value FROM meta WHERE name = 'digest-key'").get()
  return row === undefined ? undefined : text(row, 'value')
}

function fromFile(path: string): Digests | undefined {
  const file = keyFileOf(path)
  try {
    if ((statSync(file).mode & 0o007) !== 0) throw new StoreError(`the digest key ${file} is open to every account of this machine; run \`chmod 600\` on it`)
    const [, content] = CONTENT.exec(readFileSync(file, 'utf8')) ?? []
    if (content === undefined) throw new StoreError(`the digest key ${file} is not one line of 43 base64url characters; put it back from the backup`)
    return createDigests(Buffer.from(content, 'base64url'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw fileFault(error, `read the digest key ${file}`)
  }
}

function makeFile(file: string): Buffer {
  const key = randomBytes(32)
  try {
    const descriptor = openSync(file, 'wx', 0o600)
    writeSync(descriptor, `${key.toString('base64url')}\n`)
    fsyncSync(descriptor)
    closeSync(descriptor)
    const directory = openSync(dirname(file), 'r')
    fsyncSync(directory)
    closeSync(directory)
  } catch (error) {
    throw fileFault(error, `create the digest key ${file}`)
  }
  return key
}

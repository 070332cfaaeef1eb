import { randomBytes } from 'node:crypto'
import { copyFileSync, renameSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { StoreError } from '../store.ts'
import { connect } from './connection.ts'
import { keyFileOf } from './digest-key.ts'
import type { Driver } from './driver.ts'
import { fileFault } from './fault.ts'
import { requireIntegrity } from './integrity.ts'
import { createPrivate } from './location.ts'

export interface BackupSource {
  readonly driver: Driver
  readonly path: string
  /** Whether the digest key is the file beside the database; then it is copied too, or the copy would be of no use. */
  readonly withKeyFile: boolean
}

/**
 * Copies a store while it is in use. The name appears with the finished and checked copy only; until then an empty file
 * holds its place, so that nothing is ever overwritten.
 */
export async function backUp(file: string, { driver, path, withKeyFile }: BackupSource): Promise<void> {
  const target = resolve(file)
  const partial = `${target}.${randomBytes(6).toString('hex')}.partial`
  // Removed if anything fails, and each only if it was made here.
  const made: string[] = []
  try {
    made.push(reserve(target))
    if (withKeyFile) {
      made.push(reserve(keyFileOf(target)))
      copyFileSync(keyFileOf(path), keyFileOf(target))
    }
    made.push(reserve(partial), `${partial}-wal`, `${partial}-shm`, `${partial}-journal`)
    await copy(driver, path, partial)
    renameSync(partial, target)
  } catch (error) {
    for (const leftover of made) rmSync(leftover, { force: true })
    throw fileFault(error, `back up to ${target}`)
  }
}

function reserve(file: string): string {
  if (createPrivate(file, 'the backup')) return file
  throw new StoreError(`cannot back up to ${file}: it exists already; choose another name, or remove it first`)
}

async function copy(driver: Driver, path: string, file: string): Promise<void> {
  // A connection of its own: the copy is made in another thread, and the others would wait for it.
  const source = connect(driver, path, { durability: 'full', readOnly: true, patience: 5 })
  try {
    await source.copyTo(file)
  } finally {
    source.close()
  }
  const made = connect(driver, file, { durability: 'full', readOnly: false, patience: 5 })
  try {
    requireIntegrity(made)
    // One file, without `-wal`: it is carried somewhere else now.
    made.exec('PRAGMA journal_mode = DELETE')
  } finally {
    made.close()
  }
}

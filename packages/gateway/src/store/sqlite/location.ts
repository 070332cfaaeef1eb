import { closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreError } from '../store.ts'
import { fileFault } from './fault.ts'

/** Makes the directory (0700) and an empty file (0600) if they are not there. Throws a `StoreError` that names the path. */
export function prepareLocation(path: string): void {
  const directory = dirname(path)
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw fileFault(error, `make the directory of the store ${path}`)
  }
  createPrivate(path, 'the store')
  if (statSync(path).isDirectory()) throw new StoreError(`the store ${path} is a directory; name a file in it`)
}

/**
 * Makes an empty file that only its owner reads; `false` if there is one. SQLite would make it by the umask, and gives
 * its `-wal` and `-shm` the mode of this file. An existing file is not opened: closing it would drop SQLite's locks.
 */
export function createPrivate(path: string, what: string): boolean {
  try {
    closeSync(openSync(path, 'wx', 0o600))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw fileFault(error, `create ${what} ${path}`)
  }
}

/** Which file a path leads to now; a `StoreError` if there is none. */
export function identityOf(path: string): string {
  try {
    const { dev, ino } = statSync(path)
    return `${dev}:${ino}`
  } catch (error) {
    throw fileFault(error, `find the store ${path}, which is in use`)
  }
}

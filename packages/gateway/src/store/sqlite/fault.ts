import { StoreError } from '../store.ts'

const BUSY = 5

// Primary result codes of SQLite (https://sqlite.org/rescode.html), and what whoever runs the gateway can do about them.
const ADVICE: Readonly<Record<number, string>> = {
  [BUSY]: 'is locked by another process; find what holds it (a backup, a database shell) and end it',
  6: 'is locked by another process; find what holds it (a backup, a database shell) and end it',
  8: 'cannot be written; give this account the right to write the file and its directory (`-wal` and `-shm` stand beside it)',
  10: 'cannot be read or written: the disk reports an error, or refuses to let a file grow; look at the disk, its quotas and the system log',
  11: 'is damaged; put the last backup in its place',
  13: 'cannot grow: the disk is full; make room',
  14: 'cannot be opened; the directory has to exist and this account has to be allowed to read and write it',
  26: 'is not a database, or is encrypted or damaged; name another path, or put the last backup in its place',
}

const FILE_ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'this account may not; give it the right to write there',
  EPERM: 'the operating system does not permit it; choose another path',
  EROFS: 'the file system is mounted for reading only; choose a path on a volume that can be written',
  ENOTDIR: 'a part of the path is a file, not a directory; choose another path',
  ENOSPC: 'the disk is full; make room',
  EDQUOT: 'the disk quota is used up; make room',
  EEXIST: 'a file is there already; choose another path, or remove it first',
  ENOENT: 'a directory of the path does not exist and cannot be created; choose another path',
}

/** What SQLite or the driver threw, as a `StoreError` that says what to do; anything else as it is. */
export function storeFault(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  if (error.code === 'ERR_INVALID_STATE') return new StoreError(`the store ${path} is closed; open it again`, { cause: error })
  if (error.code !== 'ERR_SQLITE_ERROR') return error
  const found = codeOf(error)
  const advice = ADVICE[found & 0xff] ?? `answers \`${error.message}\`; if it was changed by hand, put the last backup in its place`
  return new StoreError(`the store ${path} ${advice} (SQLite code ${found})`, { cause: error })
}

/** Whether another process holds the lock (SQLITE_BUSY): the same may work in a moment. */
export function isLocked(error: unknown): boolean {
  return error instanceof StoreError && (codeOf(error.cause) & 0xff) === BUSY
}

/** What is thrown when a lock outlasts all patience. */
export function lockedFor(path: string): StoreError {
  return new StoreError(`the store ${path} ${ADVICE[BUSY] ?? ''} (SQLite code ${BUSY})`)
}

/** The extended result code of an error of SQLite; 0 if it is none. */
export function codeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0
}

/** What the file system threw, as a `StoreError` that names the path and what to do; anything else as it is. */
export function fileFault(error: unknown, doing: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error) || typeof error.code !== 'string') return error
  return new StoreError(`cannot ${doing}: ${FILE_ADVICE[error.code] ?? 'look at the cause'} (${error.code})`, { cause: error })
}

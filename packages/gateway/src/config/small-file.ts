import { open, stat } from 'node:fs/promises'

/** A whole file, or why it cannot be had: the rest of a sentence that begins with the file. */
export type SmallFile = { readonly bytes: Buffer } | { readonly problem: string }

/** Reads a regular file of at most `limit` bytes. Never throws for what is wrong with the file. */
export async function readSmallFile(path: string, limit: number): Promise<SmallFile> {
  try {
    // Asked first, because opening a named pipe waits for somebody to write to it.
    const about = await stat(path)
    if (about.isDirectory()) return { problem: 'is a folder' }
    if (!about.isFile()) return { problem: 'is no regular file' }
    return await readUpTo(path, limit)
  } catch (error) {
    return { problem: problemOf(error) }
  }
}

async function readUpTo(path: string, limit: number): Promise<SmallFile> {
  const handle = await open(path, 'r')
  try {
    const tooLarge = { problem: `is larger than ${limit} bytes` }
    if ((await handle.stat()).size > limit) return tooLarge
    const bytes = await handle.readFile()
    return bytes.length > limit ? tooLarge : { bytes }
  } finally {
    await handle.close()
  }
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read by this account',
  EPERM: 'may not be read by this account',
  ELOOP: 'is a link to itself',
  ENAMETOOLONG: 'has too long a name',
  ERR_INVALID_ARG_VALUE: 'has a name that no file can have',
}

function problemOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') throw error
  return PROBLEMS[error.code] ?? `cannot be read (${error.code})`
}

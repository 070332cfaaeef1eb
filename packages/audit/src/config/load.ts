import { open, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import type { Diagnostic } from '@countersign/openapi'
import type { AuditConfig } from './config.ts'
import { auditFile } from './file.ts'
import { createSource, type Remark } from './source.ts'
import { readWritten } from './written.ts'

/** A configuration, or everything that is wrong with it. */
export type LoadedAuditConfig =
  | { readonly config: AuditConfig; readonly diagnostics: readonly [] }
  | { readonly config?: never; readonly diagnostics: readonly Diagnostic[] }

/** Bytes. */
const FILE_LIMIT = 1_048_576

/** Reads `audit.yaml`. Whatever is wrong with it is a diagnostic with its place; nothing is thrown for it, and no secret is read. */
export async function loadAuditConfig(file: string): Promise<LoadedAuditConfig> {
  const read = await readText(file)
  if (typeof read !== 'string') {
    const source = createSource(file, '')
    source.error(0, read)
    return { diagnostics: source.diagnostics() }
  }
  const source = createSource(file, read)
  const written = readWritten(source)
  const config = written && auditFile.read(written, { path: '', source })
  const diagnostics = source.diagnostics()
  if (config === undefined || diagnostics.length > 0) return { diagnostics }
  const tokens = config.tokens?.map((one) => ('file' in one.token ? { ...one, token: { file: fromFolder(file, one.token.file) } } : one)) ?? []
  return { config: { ...config, tokens, openapi: fromFolder(file, config.openapi) }, diagnostics: [] }
}

function fromFolder(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path)
}

async function readText(file: string): Promise<string | Remark> {
  const hint = 'pass the path of a YAML file in UTF-8 of at most 1 MB'
  try {
    // Asked first: opening a named pipe waits for somebody to write to it.
    const about = await stat(file)
    if (!about.isFile() || about.size > FILE_LIMIT) return { code: 'unreadable-file', message: 'the configuration is no file of at most 1 MB', hint }
    const handle = await open(file, 'r')
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(FILE_LIMIT + 1), 0, FILE_LIMIT + 1, 0)
      return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, bytesRead))
    } finally {
      await handle.close()
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { code: 'no-text', message: 'the configuration is no text in UTF-8', hint }
    return { code: 'unreadable-file', message: code === 'ENOENT' ? 'the configuration does not exist' : `the configuration cannot be read (${code})`, hint }
  }
}

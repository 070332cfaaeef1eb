import { ConfigurationError, renderDiagnostics, StoreError } from '@countersign/gateway'
import { hasColor, type Io } from './io.ts'

/** What a command ends with: all well, something was found or failed, the command line was wrong. */
export const EXIT = { ok: 0, found: 1, usage: 2 } as const

/** A failure that a person can do something about; its message says what. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly code: number

  constructor(message: string, options: ErrorOptions & { readonly code?: number } = {}) {
    super(message, options)
    this.code = options.code ?? EXIT.found
  }
}

/** A command line that cannot be meant. */
export function usage(message: string): CommandError {
  return new CommandError(message, { code: EXIT.usage })
}

/** What input is refused by: the message of a `TypeError` is for the one who passed it, on the command line unless `code` says otherwise. */
export async function withInput<T>(work: () => T | Promise<T>, code: number = EXIT.usage): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof TypeError) throw new CommandError(error.message, { cause: error, code })
    throw error
  }
}

/** Tells what went wrong and gives the exit code; a trace only to those who ask for one. */
export function tellFailure(error: unknown, { stderr, env }: Pick<Io, 'stderr' | 'env'>): number {
  if (env['DEBUG']?.split(/[\s,]+/).includes('countersign') === true)
    stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  if (error instanceof ConfigurationError) {
    stderr.write(renderDiagnostics(error.diagnostics, { color: hasColor(stderr, env) }))
    return EXIT.found
  }
  const text = error instanceof Error ? error.message : String(error)
  if (error instanceof CommandError || error instanceof StoreError) {
    stderr.write(`countersign: ${text}\n`)
    return error instanceof CommandError ? error.code : EXIT.found
  }
  const system = systemText(error)
  stderr.write(system === undefined ? `countersign: unexpected error: ${text}; run with DEBUG=countersign for the trace\n` : `countersign: ${system}\n`)
  return EXIT.found
}

const SYSTEM: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EADDRINUSE: 'the address is in use by another program',
  EADDRNOTAVAIL: 'this machine does not have the address',
  EEXIST: 'it is there already',
  EISDIR: 'it is a directory',
  ENOENT: 'there is no such file or directory',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is no directory',
  EPERM: 'the operating system does not permit it',
  EROFS: 'the file system is read-only',
}

/** Errors of the operating system, in words. */
function systemText(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  const text = SYSTEM[error.code]
  if (text === undefined) return undefined
  if ('path' in error && typeof error.path === 'string') return `${error.path}: ${text}`
  if ('address' in error && 'port' in error) return `${String(error.address)}:${String(error.port)}: ${text}`
  return text
}

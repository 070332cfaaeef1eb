import { execFile } from 'node:child_process'
import { open, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { SecretSource } from '../config/config.ts'
import { PersonaError } from '../persona.ts'

/** Reads secrets from where a configuration says that they are. */
export interface SecretReader {
  /** One line, without the white space around it. */
  line(source: SecretSource): Promise<string>
  /** All of it, for keys and certificates. */
  whole(source: SecretSource): Promise<string>
}

export interface SecretOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where relative paths begin, and programs run. */
  readonly folder: string
  /** Told of every secret that is read, so that none is ever written out. */
  readonly onSecret?: (secret: string) => void
}

/** Bytes. */
const LIMIT = 65_536
/** Milliseconds that a program may take. */
const PATIENCE = 30_000
/** No field line can carry these (RFC 9110 section 5.5). */
const UNSENDABLE = /[\u0000-\u0008\u000A-\u001F\u007F]/

export function createSecretReader({ env, folder, onSecret }: SecretOptions): SecretReader {
  const whole = async (source: SecretSource): Promise<string> => {
    const read = 'env' in source ? variable(source.env, env) : 'file' in source ? await file(source.file, folder) : await output(source.command, folder)
    if (read.trim() === '') throw new PersonaError(`${nameOf(source)} is empty`)
    onSecret?.(read.trim())
    return read
  }
  return {
    whole,
    line: async (source) => {
      const [first = ''] = (await whole(source)).trim().split(/\r?\n/, 1)
      onSecret?.(first.trim())
      if (UNSENDABLE.test(first)) throw new PersonaError(`${nameOf(source)} has control characters, which no request can carry`)
      return first.trim()
    },
  }
}

/** A source in words; what it holds is not among them. */
function nameOf(source: SecretSource): string {
  if ('env' in source) return `the variable \`${source.env}\``
  return 'file' in source ? `the file \`${source.file}\`` : `the output of \`${source.command[0]}\``
}

function variable(name: string, env: SecretOptions['env']): string {
  const value = env[name]
  if (value === undefined) throw new PersonaError(`the variable \`${name}\` is not set`)
  return value
}

async function file(path: string, folder: string): Promise<string> {
  const name = `the file \`${path}\``
  try {
    const absolute = resolve(folder, path)
    // Asked first: opening a named pipe waits for somebody to write to it.
    if (!(await stat(absolute)).isFile()) throw new PersonaError(`${name} is no regular file`)
    const handle = await open(absolute, 'r')
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(LIMIT + 1), 0, LIMIT + 1, 0)
      if (bytesRead > LIMIT) throw new PersonaError(`${name} has more than ${LIMIT} bytes`)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (error instanceof PersonaError) throw error
    throw new PersonaError(`${name} cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown'})`)
  }
}

/** What a program prints may be a secret even where it fails, so its output and its arguments are in no message. */
function output([program, ...args]: readonly [string, ...string[]], folder: string): Promise<string> {
  return new Promise((settle, reject) => {
    const settings = { cwd: folder, timeout: PATIENCE, killSignal: 'SIGKILL', maxBuffer: LIMIT, windowsHide: true } as const
    execFile(program, args, settings, (error, stdout) => {
      if (error === null) settle(stdout)
      else
        reject(
          new PersonaError(
            `the program \`${program}\` ${error.killed === true ? `took more than ${PATIENCE / 1000} s or printed too much` : `ended with ${String(error.code)}`}`,
          ),
        )
    })
  })
}

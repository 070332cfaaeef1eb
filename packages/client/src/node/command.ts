import { execFile } from 'node:child_process'
import { CredentialsError, type TokenSource } from '../tokens/token.ts'

export interface CommandOptions {
  /** A program; no shell reads it. */
  readonly command: string
  readonly arguments?: readonly string[]
  /** Seconds for which a token is used, if that is known. */
  readonly lifetime?: number
}

/** Bytes of output that are read. */
const LIMIT = 65_536

/** The token that a program prints, such as `gcloud auth print-access-token`. */
export function commandToken({ command, arguments: args = [], lifetime }: CommandOptions): TokenSource {
  return {
    acts: ['refresh'],
    async obtain({ signal }) {
      const value = await outputOf(command, args, signal)
      return { value, ...(lifetime === undefined ? {} : { lifetime }) }
    },
  }
}

/** What a program prints may be a token even where it fails, so its output is in no error. */
function outputOf(command: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { signal, maxBuffer: LIMIT, windowsHide: true }, (error, stdout) => {
      if (error === null) resolve(stdout.trim())
      else
        reject(new CredentialsError(`the command \`${command}\` gave no token: ${signal.aborted ? 'it took too long' : `it ended with ${String(error.code)}`}`))
    })
  })
}

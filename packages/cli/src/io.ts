import type { Readable } from 'node:stream'
import type { GatewayOptions } from '@countersign/gateway'

/** Where text goes. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** Where a person or a file answers. */
export type Input = Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown }

export type Signal = 'SIGHUP' | 'SIGINT' | 'SIGTERM'

/** Signals of the operating system. */
export interface Signals {
  on(signal: Signal, listener: () => void): unknown
  off(signal: Signal, listener: () => void): unknown
}

/** The world as a command sees it, so that a test can be one. */
export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  readonly stdin: Input
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly signals: Signals
  /** Where log lines of a gateway go; standard output by default. */
  readonly log?: GatewayOptions['log']
  /** Ends the process at once. */
  readonly exit: (code: number) => void
}

/** Colours only on a terminal, and never with NO_COLOR (no-color.org) or where the terminal has none. */
export function hasColor(output: Output, env: Io['env']): boolean {
  return output.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}

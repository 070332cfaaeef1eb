import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { userInfo } from 'node:os'
import {
  ConfigurationError,
  loadConfig,
  loadSetup,
  openSqliteStore,
  type Actor,
  type Config,
  type LoadedSetup,
  type Setup,
  type Store,
  type TextOptions,
} from '@countersign/gateway'
import type { Command } from 'commander'
import { CommandError, EXIT } from './failure.ts'
import { hasColor, type Io } from './io.ts'

/** What every command may use. */
export class Context {
  readonly io: Io
  /** What the process ends with. */
  code: number = EXIT.ok

  constructor(io: Io) {
    this.io = io
  }

  /** For `commander`, which knows no results. */
  readonly action =
    <A extends readonly unknown[]>(work: (...args: A) => number | void | Promise<number | void>) =>
    async (...args: A): Promise<void> => {
      this.code = (await work(...args)) ?? EXIT.ok
    }

  out(text: string): void {
    this.io.stdout.write(text)
  }

  /** Remarks that no other program should read. */
  say(text: string): void {
    this.io.stderr.write(text)
  }

  /** What was done: a sentence for people on standard error, or data for programs. */
  done(sentence: string, json: boolean | undefined, value: object): void {
    if (json === true) this.json(value)
    else this.say(`${sentence}\n`)
  }

  json(value: unknown): void {
    this.out(`${JSON.stringify(value, null, 2)}\n`)
  }

  /** How text for people looks on this output. */
  get text(): TextOptions {
    const { stdout, env, cwd } = this.io
    const width = stdout.isTTY === true ? stdout.columns : undefined
    return { color: hasColor(stdout, env), base: cwd, ...(width === undefined ? {} : { width }) }
  }

  path(file: string): string {
    return resolve(this.io.cwd, file)
  }

  /** The file of `--config`, of COUNTERSIGN_CONFIG, or `countersign.yaml` here. */
  configFile(option: string | undefined): string {
    const named = this.io.env['COUNTERSIGN_CONFIG']
    return this.path(option ?? (named === undefined || named === '' ? 'countersign.yaml' : named))
  }

  /** The configuration alone, for commands that need no API description. Throws a `ConfigurationError`. */
  async config(option: string | undefined): Promise<Config> {
    const { config, diagnostics } = await loadConfig(this.configFile(option), { environment: this.io.env })
    if (config === undefined) throw new ConfigurationError(diagnostics)
    return config
  }

  load(option: string | undefined): Promise<LoadedSetup> {
    return loadSetup(this.configFile(option), this.io.env)
  }

  /** Configuration and policy. Throws a `ConfigurationError`. */
  async setup(option: string | undefined): Promise<Setup> {
    const { setup, diagnostics } = await this.load(option)
    if (setup === undefined) throw new ConfigurationError(diagnostics)
    return setup
  }

  /**
   * Works with the store of a configuration and closes it. Only what adds something makes a store that is not there: looking
   * makes nothing, so that no file belongs to who looked first, and whoever removes something named the wrong place.
   */
  async withStore<T>(
    option: string | undefined,
    work: (store: Store) => T | Promise<T>,
    { readOnly = false, existing = readOnly }: { readonly readOnly?: boolean; readonly existing?: boolean } = {},
  ): Promise<T> {
    const { store: where, abuse } = await this.config(option)
    if (existing && !existsSync(where.path))
      throw new CommandError(`there is no store ${where.path} yet; the gateway makes it when it starts, and so does the first key, password or principal`)
    const store = await openSqliteStore({ ...where, guessing: abuse.guessing, readOnly })
    try {
      return await work(store)
    } finally {
      await store.close()
    }
  }

  /** Who this is in the audit trail. */
  actor(): Actor {
    return { subject: `cli:${accountName()}`, via: 'cli' }
  }
}

/** In containers the user often has a number and no name. */
function accountName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}

/** One command, added to the program. */
export type AddCommand = (program: Command, context: Context) => void

export interface ConfigOption {
  readonly config?: string
}

export interface JsonOption {
  readonly json?: boolean
}

/** `--config`, for every command that reads one. */
export function withConfig(command: Command): Command {
  return command.option('-c, --config <file>', 'the configuration (default: $COUNTERSIGN_CONFIG, or ./countersign.yaml)')
}

/** `--json`, for every command that prints data. */
export function withJson(command: Command): Command {
  return command.option('--json', 'print JSON')
}

/** Examples below the options. */
export function withExamples(command: Command, ...examples: readonly (readonly [line: string, about: string])[]): Command {
  const lines = examples.map(([line, about]) => `  $ ${line}\n      ${about}`)
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
}

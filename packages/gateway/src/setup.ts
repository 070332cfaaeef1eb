import type { Config, Diagnostic } from './config/config.ts'
import { loadConfig } from './config/load.ts'
import { compilePolicy, type Policy } from './policy/policy.ts'

/** A configuration with the documents it names, ready to be put into force. */
export interface Setup {
  readonly config: Config
  readonly policy: Policy
}

/** A setup, or everything that is wrong with it; warnings come with either. */
export interface LoadedSetup {
  readonly setup?: Setup
  readonly diagnostics: readonly Diagnostic[]
  /** Every file that was read, for watching. */
  readonly files: readonly string[]
}

/** Values for `${…}` in the configuration. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Reads and checks `countersign.yaml` and every document that it names. What is wrong is in the diagnostics; nothing is thrown for it. */
export async function loadSetup(file: string, environment: Environment = process.env): Promise<LoadedSetup> {
  const loaded = await loadConfig(file, { environment })
  const { config } = loaded
  if (config === undefined) return { diagnostics: loaded.diagnostics, files: loaded.files }
  const compiled = await compilePolicy(config)
  const diagnostics = [...loaded.diagnostics, ...compiled.diagnostics]
  const files = [...new Set([...loaded.files, ...compiled.files])]
  return compiled.policy === undefined ? { diagnostics, files } : { setup: { config, policy: compiled.policy }, diagnostics, files }
}

/** A configuration that cannot be put into force. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error')
    super(`the configuration has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}`)
    this.diagnostics = diagnostics
  }
}

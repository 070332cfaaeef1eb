import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Diagnostic } from '../../src/config/config.ts'
import { loadConfig, type LoadedConfig } from '../../src/config/load.ts'

export type Files = Readonly<Record<string, string | Uint8Array>>

/** Gives a new folder with these files to `use`, and removes it afterwards. */
export async function withFolder<T>(files: Files, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-config-'))
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), content)
    }
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export interface Surroundings {
  readonly files?: Files
  readonly environment?: Readonly<Record<string, string>>
}

/** Loads a text as `countersign.yaml`, among other files. */
export async function load(
  text: string | Uint8Array,
  { files = {}, environment = {} }: Surroundings = {},
): Promise<LoadedConfig & { readonly folder: string }> {
  const all = { 'openapi.yaml': 'openapi: 3.1.0\n', ...files, 'countersign.yaml': text }
  return withFolder(all, async (folder) => ({ ...(await loadConfig(join(folder, 'countersign.yaml'), { environment })), folder }))
}

/** `error code 3:5`, without the file. */
export function told(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(({ severity, code, place }) => `${severity} ${code} ${place.line}:${place.column}`)
}

export const HEAD = 'version: 1\nrealm: orders\n'
export const SCHEMES = 'schemes: { basic: {} }\n'
export const APIS = "apis:\n  - { name: orders, upstream: 'http://127.0.0.1:8403', routes: [{ path: / }] }\n"
/** The least that loads. */
export const LEAST: string = HEAD + SCHEMES + APIS

/** An API on lines of its own, with more members. */
export function api(more: string): string {
  return `apis:\n  - name: orders\n    upstream: http://127.0.0.1:8403\n${more}`
}

/** Routes on lines of their own. */
export function routes(...lines: readonly string[]): string {
  return api(`    routes:\n${lines.map((line) => `      - ${line}\n`).join('')}`)
}

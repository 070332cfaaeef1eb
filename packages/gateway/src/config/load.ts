import { createHash } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import * as v from 'valibot'
import { buildConfig } from './build-config.ts'
import { checkFile } from './checks/check-file.ts'
import type { Config, Diagnostic } from './config.ts'
import { reportIssues } from './issues.ts'
import { isMap, shown, type Located } from './located.ts'
import { readNamedFiles, type NamedFiles } from './named-files.ts'
import { fileSchema } from './schema/file-schema.ts'
import { readSmallFile } from './small-file.ts'
import { createSource, type Remark, type Source } from './source.ts'
import { hideByName, parseYaml } from './syntax.ts'
import { readTree } from './tree.ts'
import { readVariables, type Environment } from './variables.ts'

/** A configuration, or everything that is wrong with it; warnings come with either. */
export interface LoadedConfig {
  /** Nothing if there is any error. */
  readonly config: Config | undefined
  /** In the order of the file. */
  readonly diagnostics: readonly Diagnostic[]
  /** The absolute path of every file that was read or looked for, for watching. */
  readonly files: readonly string[]
}

export interface LoadOptions {
  /** Values for `${…}`. Default: the environment of the process. */
  readonly environment?: Environment
}

/** Bytes; about ten thousand routes. */
const FILE_LIMIT = 1_048_576

/** Reads and checks `countersign.yaml`. Whatever is wrong with it or with a file it names is a diagnostic; nothing is thrown for it. */
export async function loadConfig(file: string, { environment = process.env }: LoadOptions = {}): Promise<LoadedConfig> {
  const path = resolve(file)
  const files = new Set([path])
  const read = await readSmallFile(path, FILE_LIMIT)
  if ('problem' in read) {
    const remark = {
      code: 'unreadable-file',
      message: `the configuration ${read.problem}`,
      hint: 'pass the path of a YAML file of at most 1 MB; `countersign init openapi.yaml` writes one',
    }
    return refused(createSource(file, ''), files, remark)
  }
  const text = decode(read.bytes)
  if (text === undefined) return refused(createSource(file, ''), files, NO_TEXT)
  const source = createSource(file, text)
  const config = await readConfig({ source, bytes: read.bytes, path, files, environment })
  return { config, diagnostics: source.diagnostics(), files: [...files] }
}

const NO_TEXT: Remark = { code: 'no-text', message: 'the configuration is no text in UTF-8', hint: 'pass a YAML file, saved as UTF-8' }

function refused(source: Source, files: ReadonlySet<string>, remark: Remark): LoadedConfig {
  source.error(0, remark)
  return { config: undefined, diagnostics: source.diagnostics(), files: [...files] }
}

function decode(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    // Besides tab and the ends of lines no control character may stand in YAML (YAML 1.2.2 section 5.1).
    return /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/.test(text) ? undefined : text
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

interface Task {
  readonly source: Source
  readonly bytes: Buffer
  readonly path: string
  readonly files: Set<string>
  readonly environment: Environment
}

async function readConfig({ source, bytes, path, files, environment }: Task): Promise<Config | undefined> {
  const folder = dirname(path)
  const variables = await readVariables(source.text, environment, { folder, files })
  const parsed = parseYaml(source)
  if (parsed === undefined) return undefined
  // A broken file is walked, too, to know where its credentials are; but what is said then is not worth much.
  const { root, isComplete } = readTree(parsed.document, parsed.isSound ? source : { ...source, error: () => {} }, variables)
  // The credentials in what was not read are not known by their place.
  if (!isComplete) hideByName(source)
  if (!parsed.isSound || !isComplete || !hasContent(root, source)) return undefined
  const result = v.safeParse(fileSchema, root.value)
  if (!result.success) reportIssues(result.issues, root, source)
  checkFile(root, source)
  const named = await readNamedFiles({ root, source, folder, files })
  if (!result.success || source.diagnostics().some(({ severity }) => severity === 'error')) return undefined
  return buildConfig({ written: result.output, named, root, file: path, folder, hash: hashOf(bytes, named), placeOf: (offset) => source.placeOf(offset) })
}

function hasContent(root: Located, source: Source): boolean {
  if (isMap(root)) return true
  const isEmpty = root.value === null
  const message = isEmpty ? 'the configuration is empty' : `the configuration is ${shown(root)}`
  source.error(root.start, { code: isEmpty ? 'empty-file' : 'wrong-type', message, hint: 'begin with `version: 1`, or let `countersign init` write one' })
  return false
}

/** Each part with its length, so that no byte can move from one to the next unseen. */
function hashOf(bytes: Buffer, { documents }: NamedFiles): string {
  const hash = createHash('sha256')
  for (const part of [bytes, ...documents]) hash.update(`${part.length}:`).update(part)
  return hash.digest('hex').slice(0, 12)
}

import { resolve } from 'node:path'
import { readSmallFile } from './small-file.ts'

/** What the environment has under a name. */
export type Variable =
  | { readonly found: 'value'; readonly value: string }
  | { readonly found: 'nothing' }
  /** There is a `NAME_FILE`, but its file cannot be read. */
  | { readonly found: 'unreadable'; readonly problem: string }

export type Environment = Readonly<Record<string, string | undefined>>
export type Variables = (name: string) => Variable

const NAME = '[A-Za-z_][A-Za-z0-9_]*'
const MENTIONED = new RegExp(String.raw`\$\{(${NAME})`, 'g')
const INNER = new RegExp(`^(${NAME})(?::-(.*))?$`, 's')
/** Bytes. Certificates and keys are a few thousand. */
export const SECRET_FILE_LIMIT = 65_536

/**
 * Looks up every variable that a text mentions, in the environment or in the file that `NAME_FILE` names.
 *
 * `files` gets the names of the files.
 */
export async function readVariables(text: string, environment: Environment, { folder, files }: { folder: string; files: Set<string> }): Promise<Variables> {
  const fromFiles = new Map<string, Variable>()
  for (const name of new Set([...text.matchAll(MENTIONED)].map(([, name = '']) => name))) {
    const file = own(environment, `${name}_FILE`)
    if (own(environment, name) !== undefined || file === undefined || file === '') continue
    const path = resolve(folder, file)
    files.add(path)
    const read = await readSmallFile(path, SECRET_FILE_LIMIT)
    fromFiles.set(
      name,
      'bytes' in read ? { found: 'value', value: withoutNewline(read.bytes.toString('utf8')) } : { found: 'unreadable', problem: read.problem },
    )
  }
  return (name) => {
    const value = own(environment, name)
    return value === undefined ? (fromFiles.get(name) ?? { found: 'nothing' }) : { found: 'value', value }
  }
}

function own(environment: Environment, name: string): string | undefined {
  return Object.hasOwn(environment, name) ? environment[name] : undefined
}

/** A secret as it stands in a file, without the newline that editors put at the end. */
export function withoutNewline(text: string): string {
  return text.replace(/[\r\n]+$/, '')
}

/** A fault of one `${…}`; `mention` is how it begins, to find it in the file. */
export interface VariableFault {
  readonly code: 'missing-variable' | 'malformed-variable' | 'unreadable-file'
  readonly message: string
  readonly hint: string
  readonly mention: string
}

export interface Filled {
  readonly text: string
  /** Whether anything came from the environment or from a default. */
  readonly filled: boolean
  readonly faults: readonly VariableFault[]
}

/** Fills in `${NAME}` and `${NAME:-default}`; `$${` stands for `${`. */
export function fillIn(text: string, variables: Variables): Filled {
  const faults: VariableFault[] = []
  let filled = false
  const result = text.replaceAll(/\$\$\{|\$\{([^}]*)(\}?)/g, (all: string, inner?: string, end?: string) => {
    if (inner === undefined) return '${'
    filled = true
    const [, name, otherwise] = (end === '}' && INNER.exec(inner)) || []
    if (name === undefined || otherwise?.includes('${') === true) {
      faults.push(malformed(all))
      return ''
    }
    const { value, fault } = valueOf(name, otherwise, variables(name))
    if (fault !== undefined) faults.push(fault)
    return value
  })
  return { text: result, filled, faults }
}

function malformed(all: string): VariableFault {
  return {
    code: 'malformed-variable',
    message: '`${` begins a variable here, but no name and `}` follow',
    hint: 'write `${NAME}` or `${NAME:-default}`, or `$${` for the characters themselves',
    mention: all.slice(0, 2),
  }
}

function valueOf(name: string, otherwise: string | undefined, variable: Variable): { readonly value: string; readonly fault?: VariableFault } {
  const mention = `\${${name}`
  if (variable.found === 'value' && (variable.value !== '' || otherwise === undefined)) return { value: variable.value }
  if (variable.found === 'unreadable') {
    const message = `the file that \`${name}_FILE\` names ${variable.problem}`
    return { value: '', fault: { code: 'unreadable-file', message, hint: 'correct the path, or let this account read the file', mention } }
  }
  if (otherwise !== undefined) return { value: otherwise }
  const hint = `set \`${name}\`, or \`${name}_FILE\` to the path of a file, or give a default: \`\${${name}:-…}\``
  return { value: '', fault: { code: 'missing-variable', message: `the environment has no \`${name}\``, hint, mention } }
}

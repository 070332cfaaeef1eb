import { parseArgs } from 'node:util'
import { StartError } from './start-error.ts'

/** What a program of the examples is to do. */
export type Mode = 'serve' | 'check' | 'json' | 'help'

/** The flags that every example has, for its usage text. */
export const FLAGS = `  --check  end after the matrix, with 0 if every answer is as expected and 1 otherwise
  --json   print the matrix as JSON and end, with the same exit codes
  --help   print this text`

/** Reads the command line. Throws a `StartError` that names what is wrong and what would be accepted. */
export function readMode(args: readonly string[]): Mode {
  const flags = readFlags(args)
  return flags.help ? 'help' : flags.json ? 'json' : flags.check ? 'check' : 'serve'
}

function readFlags(args: readonly string[]): { readonly check: boolean; readonly json: boolean; readonly help: boolean } {
  try {
    const { values } = parseArgs({ args: [...args], options: { check: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean' } } })
    return { check: values.check === true, json: values.json === true, help: values.help === true }
  } catch {
    throw new StartError(`\`${args.join(' ')}\` is not understood; pass --check, --json, --help or nothing`, 2)
  }
}

/** Reads the port that a variable of the environment names. Throws a `StartError`. */
export function readPort(variable: string, environment: NodeJS.ProcessEnv, otherwise: number): number {
  const text = environment[variable]
  if (text === undefined || text === '') return otherwise
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new StartError(`${variable} is \`${text}\`; set ${variable} to a number from 0 to 65535`, 2)
}

import { parseArgs } from 'node:util'
import { StartError } from './start-error.ts'

/** What the command line and the environment say. */
export interface Settings {
  readonly port: number
  readonly issuerPort: number
  readonly mode: 'serve' | 'check' | 'json' | 'help'
}

export const USAGE = `usage: npm start -- [--check | --json | --help]

Starts an API and an OpenID provider on the loopback interface, sends the requests of an access matrix
and prints the answers.

  --check  end after the matrix, with 0 if every answer is as expected and 1 otherwise
  --json   print the matrix as JSON and end, with the same exit codes
  --help   print this text

  PORT         the port of the API, 0 for a free one; default 8401
  ISSUER_PORT  the port of the provider, 0 for a free one; default 8402
  NO_COLOR     no colours, whatever the value`

/** Reads them. Throws a `StartError` that names what is wrong and what would be accepted. */
export function readSettings(args: readonly string[], environment: NodeJS.ProcessEnv): Settings {
  const flags = readFlags(args)
  const mode = flags.help ? 'help' : flags.json ? 'json' : flags.check ? 'check' : 'serve'
  return { port: readPort('PORT', environment, 8401), issuerPort: readPort('ISSUER_PORT', environment, 8402), mode }
}

function readFlags(args: readonly string[]): { readonly check: boolean; readonly json: boolean; readonly help: boolean } {
  try {
    const { values } = parseArgs({ args: [...args], options: { check: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean' } } })
    return { check: values.check === true, json: values.json === true, help: values.help === true }
  } catch {
    throw new StartError(`\`${args.join(' ')}\` is not understood; pass --check, --json, --help or nothing`, 2)
  }
}

function readPort(variable: string, environment: NodeJS.ProcessEnv, otherwise: number): number {
  const text = environment[variable]
  if (text === undefined || text === '') return otherwise
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new StartError(`${variable} is \`${text}\`; set ${variable} to a number from 0 to 65535`, 2)
}

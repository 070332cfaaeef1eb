import { VERSION } from '@countersign/gateway'
import { Command } from 'commander'
import { addAudit } from './commands/audit.ts'
import { addBackup } from './commands/backup.ts'
import { addDiff } from './commands/diff.ts'
import { addDoctor } from './commands/doctor.ts'
import { addExplain } from './commands/explain.ts'
import { addHealth } from './commands/health.ts'
import { addInit } from './commands/init.ts'
import { addKeys } from './commands/keys.ts'
import { addMatrix } from './commands/matrix.ts'
import { addPasswords } from './commands/passwords.ts'
import { addPrincipals } from './commands/principals.ts'
import { addPrintConfig } from './commands/print-config.ts'
import { addRevoke } from './commands/revoke.ts'
import { addServe } from './commands/serve.ts'
import { addTest } from './commands/test.ts'
import { addTrail } from './commands/trail.ts'
import { addValidate } from './commands/validate.ts'
import type { AddCommand, Context } from './context.ts'

const GROUPS: readonly (readonly [heading: string, commands: readonly AddCommand[]])[] = [
  ['Begin and run:', [addInit, addValidate, addServe, addHealth]],
  ['Ask what the rules say, without a gateway:', [addMatrix, addExplain, addDiff, addTest, addPrintConfig]],
  ['Ask what runs:', [addDoctor, addAudit]],
  ['Keep credentials:', [addKeys, addPasswords, addPrincipals, addRevoke, addBackup, addTrail]],
]

const AFTER = `
Exit codes:
  0  all is well
  1  something was found, or it failed
  2  the command line is wrong
  \`audit\` also ends with 3 and 4; see its help

Environment:
  COUNTERSIGN_CONFIG     the configuration, where --config is not given
  COUNTERSIGN_ADMIN_KEY  a key for the admin API, for \`explain --admin\`
  COUNTERSIGN_CREDENTIAL what shows who a persona is, for \`doctor --as\`
  NO_COLOR               no colours
  DEBUG=countersign      traces of errors`

/** The whole command line. It throws instead of ending the process. */
export function createProgram(context: Context): Command {
  const { stdout, stderr } = context.io
  const program = new Command('countersign')
    .description('Answers “who are you?” and “may you?” for any API, and tells why.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'countersign: ')),
      getOutHelpWidth: () => stdout.columns ?? 100,
      getErrHelpWidth: () => stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText('after', AFTER)
  for (const [heading, commands] of GROUPS) {
    program.commandsGroup(heading)
    for (const add of commands) add(program, context)
  }
  // `--help` is enough.
  for (const command of program.commands) command.helpCommand(false)
  return program
}

import type { Command } from 'commander'
import { withConfig, withExamples, withJson, type AddCommand, type ConfigOption, type Context, type JsonOption } from '../context.ts'
import { CommandError, EXIT, withInput } from '../failure.ts'
import { collect, show, type Field } from '../listing.ts'
import { readSecret } from '../secret-input.ts'
import { timeText, wholeNumber } from '../values.ts'

interface Entry {
  readonly user: string
  readonly changed: number
}

export const addPasswords: AddCommand = (program, context) => {
  const passwords = program.command('passwords').description('set, list and remove names with passwords, for Basic')
  addSet(passwords, context)
  addRemove(passwords, context)
  addList(passwords, context)
}

function addSet(passwords: Command, context: Context): void {
  const command = withJson(withConfig(passwords.command('set').description('set the password of a name; asked for without echo, or read from standard input')))
  command.argument('<user>', 'the name')
  withExamples(
    command,
    ['countersign passwords set olga', 'asks twice'],
    ['openssl rand -base64 24 | tee olga.txt | countersign passwords set olga', 'takes the first line of standard input'],
  )
  command.action(
    context.action(async (user: string, { config, json }: ConfigOption & JsonOption) => {
      const password = await readSecret(context.io, `Password of ${user}`)
      await withInput(() => context.withStore(config, (store) => store.passwords.set(user, password, context.actor())), EXIT.found)
      context.done(`Set the password of ${user}.`, json, { user, set: true })
    }),
  )
}

function addRemove(passwords: Command, context: Context): void {
  const command = withJson(withConfig(passwords.command('remove').description('remove a name with its password'))).argument('<user>', 'the name')
  withExamples(command, ['countersign passwords remove olga', 'she cannot log in by password any more'])
  command.action(
    context.action(async (user: string, { config, json }: ConfigOption & JsonOption) => {
      if (!(await context.withStore(config, (store) => store.passwords.remove(user, context.actor()), { existing: true })))
        throw new CommandError(`\`${user}\` has no password`)
      context.done(`Removed ${user}.`, json, { user, removed: true })
    }),
  )
}

const FIELDS: readonly Field<Entry>[] = [
  ['USER', ({ user }) => user],
  ['CHANGED', ({ changed }) => timeText(changed)],
]

function addList(passwords: Command, context: Context): void {
  const command = withJson(withConfig(passwords.command('list').description('list names with passwords')))
  command.option('--limit <number>', 'at most so many', wholeNumber(1, 100_000), 1000)
  withExamples(command, ['countersign passwords list --json', 'for a program'])
  command.action(
    context.action(async ({ config, json, limit }: ConfigOption & JsonOption & { readonly limit: number }) => {
      const items = await context.withStore(config, (store) => collect((page) => store.passwords.list(page), limit), { readOnly: true })
      if (json === true) context.json(items.map(({ user, changed }) => ({ user, changed: timeText(changed) })))
      else show(context, items, { json, fields: FIELDS, none: 'No passwords.' })
    }),
  )
}

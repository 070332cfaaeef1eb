import type { PrincipalRecord, PrincipalStatus } from '@countersign/gateway'
import { Option, type Command } from 'commander'
import { withConfig, withExamples, withJson, type AddCommand, type ConfigOption, type Context, type JsonOption } from '../context.ts'
import { CommandError, withInput } from '../failure.ts'
import { collect, show, type Field } from '../listing.ts'
import { timeText, wholeNumber, words } from '../values.ts'

interface Common extends ConfigOption, JsonOption {}

export const addPrincipals: AddCommand = (program, context) => {
  const principals = program.command('principals').description('keep what is known of callers beside their credentials: roles, scopes, status')
  addPut(principals, context)
  addList(principals, context)
  addRemove(principals, context)
}

interface Put extends Common {
  readonly role?: readonly string[]
  readonly scope?: readonly string[]
  readonly status: PrincipalStatus
}

function addPut(principals: Command, context: Context): void {
  const command = withJson(withConfig(principals.command('put').description('write an entry; it replaces the one before it')))
  command
    .argument('<subject>', 'the subject of tokens, the name of a password, or whom a key stands for')
    .option('--role <name>', 'a role beside those of the credentials; repeatable', words)
    .option('--scope <name>', 'a scope beside those of the credentials; repeatable', words)
    .addOption(new Option('--status <status>', 'whether it may act').choices(['active', 'disabled', 'suspended']).default('active'))
  withExamples(
    command,
    ['countersign principals put olga --role admin', 'olga has the role admin, whatever her token says'],
    ['countersign principals put olga --status suspended', 'her credentials hold, and she is told that the account is suspended'],
  )
  command.action(
    context.action(async (subject: string, { config, json, role = [], scope = [], status }: Put) => {
      const record = await withInput(() =>
        context.withStore(config, (store) => store.principals.put({ subject, roles: role, scopes: scope, status }, context.actor())),
      )
      if (json === true) context.json(shown(record))
      else context.say(`${subject} is ${status}, with ${counted(role, 'role')} and ${counted(scope, 'scope')}.\n`)
    }),
  )
}

function counted(list: readonly string[], noun: string): string {
  return list.length === 0 ? `no ${noun}s` : `the ${noun}${list.length === 1 ? '' : 's'} ${list.join(', ')}`
}

const FIELDS: readonly Field<PrincipalRecord>[] = [
  ['SUBJECT', ({ subject }) => subject],
  ['STATUS', ({ status }) => status],
  ['ROLES', ({ roles }) => roles.join(' ')],
  ['SCOPES', ({ scopes }) => scopes.join(' ')],
  ['CHANGED', ({ changed }) => timeText(changed)],
]

function shown({ changed, ...record }: PrincipalRecord): object {
  return { ...record, changed: timeText(changed) }
}

function addList(principals: Command, context: Context): void {
  const command = withJson(withConfig(principals.command('list').description('list entries')))
  command.option('--limit <number>', 'at most so many', wholeNumber(1, 100_000), 1000)
  withExamples(command, ['countersign principals list', 'who has more, or less, than the credentials say'])
  command.action(
    context.action(async ({ config, json, limit }: Common & { readonly limit: number }) => {
      const items = await context.withStore(config, (store) => collect((page) => store.principals.list(page), limit), { readOnly: true })
      if (json === true) context.json(items.map(shown))
      else show(context, items, { json, fields: FIELDS, none: 'No principals; every caller is known by credentials alone.' })
    }),
  )
}

function addRemove(principals: Command, context: Context): void {
  const command = withJson(withConfig(principals.command('remove').description('remove an entry; the caller is then known by credentials alone'))).argument(
    '<subject>',
    'the subject',
  )
  withExamples(command, ['countersign principals remove olga', 'this refuses nobody: for that, use --status disabled'])
  command.action(
    context.action(async (subject: string, { config, json }: Common) => {
      if (!(await context.withStore(config, (store) => store.principals.remove(subject, context.actor()), { existing: true })))
        throw new CommandError(`there is no entry for \`${subject}\``)
      context.done(`Removed ${subject}.`, json, { subject, removed: true })
    }),
  )
}

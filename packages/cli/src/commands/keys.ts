import type { CreatedKey, KeyRecord } from '@countersign/gateway'
import { Option, type Command } from 'commander'
import { withConfig, withExamples, withJson, type AddCommand, type ConfigOption, type Context, type JsonOption } from '../context.ts'
import { CommandError, withInput } from '../failure.ts'
import { collect, show, type Field } from '../listing.ts'
import { duration, moment, timeText, wholeNumber, words } from '../values.ts'

interface Common extends ConfigOption, JsonOption {}

interface Create extends Common {
  readonly label?: string
  readonly role?: readonly string[]
  readonly scope?: readonly string[]
  readonly expires?: number
}

export const addKeys: AddCommand = (program, context) => {
  const keys = program.command('keys').description('make, list, rotate and revoke API keys')
  addCreate(keys, context)
  addList(keys, context)
  addRotate(keys, context)
  addRevoke(keys, context)
}

function addCreate(keys: Command, context: Context): void {
  const command = withJson(withConfig(keys.command('create').description('make a key; it is printed once and kept nowhere')))
  command
    .argument('<subject>', 'whom the key stands for')
    .option('--label <text>', 'what it is for')
    .option('--role <name>', 'a role; repeatable', words)
    .option('--scope <name>', 'a scope; repeatable', words)
    .option('--expires <when>', 'after 30d, 12h …, or at a time such as 2027-01-31T12:00:00Z (default: never)', moment)
  withExamples(
    command,
    ['countersign keys create reports --role reader --expires 90d', 'a key for the reports job'],
    ['countersign keys create reports > key.txt', 'only the key goes to standard output'],
  )
  command.action(
    context.action(async (subject: string, { config, json, label, role, scope, expires }: Create) => {
      const wanted = {
        subject,
        ...(label === undefined ? {} : { label }),
        ...(role === undefined ? {} : { roles: role }),
        ...(scope === undefined ? {} : { scopes: scope }),
        ...(expires === undefined ? {} : { expires }),
      }
      tellCreated(context, await withInput(() => context.withStore(config, (store) => store.keys.create(wanted, context.actor()))), json)
    }),
  )
}

/** The key alone on standard output, so that it can be piped into a vault. */
function tellCreated(context: Context, { key, record }: CreatedKey, json: boolean | undefined): void {
  if (json === true) return context.json({ key, ...shown(record) })
  context.out(`${key}\n`)
  const until = record.expires === undefined ? 'never expires' : `expires ${timeText(record.expires)}`
  context.say(`Made ${record.id} for ${record.subject}; it ${until}. It cannot be shown again.\n`)
}

const FIELDS: readonly Field<KeyRecord>[] = [
  ['ID', ({ id }) => id],
  ['SUBJECT', ({ subject }) => subject],
  ['STATE', stateOf],
  ['CREATED', ({ created }) => timeText(created)],
  ['EXPIRES', ({ expires }) => (expires === undefined ? 'never' : timeText(expires))],
  ['ROLES', ({ roles }) => roles.join(' ')],
  ['SCOPES', ({ scopes }) => scopes.join(' ')],
  ['LABEL', ({ label }) => label ?? ''],
]

function stateOf({ revoked, expires, replacedBy }: KeyRecord): string {
  const now = Date.now() / 1000
  if (revoked !== undefined && revoked <= now) return 'revoked'
  if (expires !== undefined && expires <= now) return 'expired'
  return replacedBy === undefined ? 'good' : `until its end, then ${replacedBy}`
}

function shown({ created, expires, revoked, ...record }: KeyRecord): object {
  return {
    ...record,
    created: timeText(created),
    ...(expires === undefined ? {} : { expires: timeText(expires) }),
    ...(revoked === undefined ? {} : { revoked: timeText(revoked) }),
  }
}

function addList(keys: Command, context: Context): void {
  const command = withJson(withConfig(keys.command('list').description('list keys by their recognisable beginning; keys themselves are not kept')))
  command.option('--subject <subject>', 'only those that stand for it').option('--limit <number>', 'at most so many', wholeNumber(1, 100_000), 1000)
  withExamples(command, ['countersign keys list --subject reports', 'which keys the reports job has'])
  command.action(
    context.action(async ({ config, json, subject, limit }: Common & { readonly subject?: string; readonly limit: number }) => {
      const of = subject === undefined ? {} : { subject }
      const items = await context.withStore(config, (store) => collect((page) => store.keys.list({ ...page, ...of }), limit), { readOnly: true })
      if (json === true) context.json(items.map(shown))
      else show(context, items, { json, fields: FIELDS, none: 'No keys.' })
    }),
  )
}

function addRotate(keys: Command, context: Context): void {
  const command = withJson(withConfig(keys.command('rotate').description('make a new key with the same rights; the old one ends later')))
  command.argument('<id>', 'the beginning of the key, as `keys list` shows it')
  command.addOption(new Option('--overlap <duration>', 'how long the old key goes on').argParser(duration).default(86_400, '1d'))
  withExamples(command, ['countersign keys rotate csk_4f9d2k7m1x --overlap 7d', 'the old key works for another week'])
  command.action(
    context.action(async (id: string, { config, json, overlap }: Common & { readonly overlap: number }) => {
      const created = await withInput(() => context.withStore(config, (store) => store.keys.rotate(id, overlap, context.actor()), { existing: true }))
      if (created === undefined) throw new CommandError(`there is no key \`${id}\` that could be rotated; \`countersign keys list\` shows them`)
      tellCreated(context, created, json)
      if (json !== true) context.say(`${id} ends ${timeText(Math.floor(Date.now() / 1000) + overlap)}.\n`)
    }),
  )
}

function addRevoke(keys: Command, context: Context): void {
  const command = withJson(withConfig(keys.command('revoke').description('end a key at once')))
  command.argument('<id>', 'the beginning of the key, as `keys list` shows it')
  withExamples(command, ['countersign keys revoke csk_4f9d2k7m1x', 'every gateway of this store refuses it within a second'])
  command.action(
    context.action(async (id: string, { config, json }: Common) => {
      const record = await context.withStore(config, (store) => store.keys.revoke(id, context.actor()), { existing: true })
      if (record === undefined) throw new CommandError(`there is no key \`${id}\`; \`countersign keys list\` shows them`)
      if (json === true) context.json(shown(record))
      else context.say(`Revoked ${record.id} of ${record.subject}.\n`)
    }),
  )
}

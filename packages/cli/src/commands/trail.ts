import type { AuditEntry } from '@countersign/gateway'
import type { Command } from 'commander'
import { withConfig, withExamples, withJson, type AddCommand, type ConfigOption, type Context, type JsonOption } from '../context.ts'
import { EXIT } from '../failure.ts'
import { collect, show, type Field } from '../listing.ts'
import { timeText, wholeNumber } from '../values.ts'

interface Common extends ConfigOption, JsonOption {}

export const addTrail: AddCommand = (program, context) => {
  const trail = program.command('trail').description('who changed what: the chained trail of keys, passwords, principals and reloads')
  addList(trail, context)
  addVerify(trail, context)
}

const FIELDS: readonly Field<AuditEntry>[] = [
  ['NUMBER', ({ sequence }) => String(sequence)],
  ['AT', ({ at }) => timeText(at)],
  ['WHO', ({ actor }) => `${actor.subject} (${actor.via})`],
  ['ACTION', ({ action }) => action],
  ['TARGET', ({ target }) => target],
  ['DETAIL', ({ detail }) => detailText(detail)],
]

function detailText(detail: AuditEntry['detail']): string {
  const entries = Object.entries(detail).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return entries.join(' ')
}

function addList(trail: Command, context: Context): void {
  const command = withJson(withConfig(trail.command('list').description('list entries')))
  command.option('--limit <number>', 'at most so many', wholeNumber(1, 1_000_000), 1000)
  withExamples(command, ['countersign trail list --json', 'for an archive'])
  command.action(
    context.action(async ({ config, json, limit }: Common & { readonly limit: number }) => {
      const items = await context.withStore(config, (store) => collect((page) => store.audit.list(page), limit), { readOnly: true })
      if (json === true) context.json(items.map((entry) => ({ ...entry, at: timeText(entry.at) })))
      else show(context, items, { json, fields: FIELDS, none: 'Nothing was changed yet.' })
    }),
  )
}

function addVerify(trail: Command, context: Context): void {
  const command = withJson(withConfig(trail.command('verify').description('check that no entry was changed, taken out or put in')))
  withExamples(command, ['countersign trail verify', 'ends with 0 if the chain is whole, with 1 if it is broken'])
  command.action(
    context.action(async ({ config, json }: Common) => {
      const found = await context.withStore(config, (store) => store.audit.verify(), { readOnly: true })
      if (json === true) context.json(found)
      else if (found.intact) context.out(`The chain of ${found.entries} ${found.entries === 1 ? 'entry' : 'entries'} is whole.\n`)
      else context.out(`The chain is broken at entry ${found.sequence}: it, or one before it, was changed or taken out.\n`)
      return found.intact ? EXIT.ok : EXIT.found
    }),
  )
}

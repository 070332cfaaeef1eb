import type { Command } from 'commander'
import { withConfig, withExamples, withJson, type AddCommand, type ConfigOption, type Context, type JsonOption } from '../context.ts'
import { withInput } from '../failure.ts'
import { moment, timeText } from '../values.ts'

export const addRevoke: AddCommand = (program, context) => {
  const revoke = program.command('revoke').description('refuse tokens before they expire')
  addToken(revoke, context)
  addSubject(revoke, context)
}

function addToken(revoke: Command, context: Context): void {
  const command = withJson(withConfig(revoke.command('token').description('refuse one token'))).argument(
    '<jti>',
    'the claim `jti` of the token, never the token itself',
  )
  command.requiredOption('--until <when>', 'when it expires by itself: in 12h, 30d …, or at a time; then this is forgotten', moment)
  withExamples(command, ['countersign revoke token 1b7e0f62 --until 12h', 'where access tokens live for at most twelve hours'])
  command.action(
    context.action(async (jti: string, { config, json, until }: ConfigOption & JsonOption & { readonly until: number }) => {
      await withInput(() => context.withStore(config, (store) => store.revocations.revokeToken(jti, until, context.actor())))
      context.done(`Revoked the token ${jti}; remembered until ${timeText(until)}.`, json, { type: 'token', jti, until: timeText(until) })
    }),
  )
}

function addSubject(revoke: Command, context: Context): void {
  const command = withJson(withConfig(revoke.command('subject').description('refuse every token of a subject that was issued before a moment'))).argument(
    '<subject>',
    'the claim `sub`',
  )
  command.option('--before <time>', 'a time such as 2027-01-31T12:00:00Z (default: now)', moment)
  withExamples(command, ['countersign revoke subject olga', 'olga has to log in again, everywhere'])
  command.action(
    context.action(async (subject: string, { config, json, before }: ConfigOption & JsonOption & { readonly before?: number }) => {
      // A token of this very second may be from before the command.
      const notBefore = before ?? Math.floor(Date.now() / 1000) + 1
      await withInput(() => context.withStore(config, (store) => store.revocations.revokeSubject(subject, notBefore, context.actor())))
      context.done(`Revoked every token of ${subject} issued before ${timeText(notBefore)}.`, json, {
        type: 'subject',
        subject,
        notBefore: timeText(notBefore),
      })
    }),
  )
}

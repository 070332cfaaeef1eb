import { withConfig, withExamples, type AddCommand, type ConfigOption } from '../context.ts'

export const addBackup: AddCommand = (program, context) => {
  const command = withConfig(program.command('backup').description('copy the store into a new file, while gateways use it')).argument(
    '<file>',
    'a file that is not there yet',
  )
  withExamples(command, [
    'countersign backup /backup/countersign-$(date +%F).db',
    'keep it like the store itself: with the digest key, it can check credentials',
  ])
  command.action(
    context.action(async (file: string, { config }: ConfigOption) => {
      await context.withStore(config, (store) => store.backup(context.path(file)))
      context.say(`Wrote ${context.path(file)}.\n`)
    }),
  )
}

import { withConfig, withExamples, withJson, type AddCommand, type ConfigOption, type JsonOption } from '../context.ts'

export const addBackup: AddCommand = (program, context) => {
  const command = withJson(withConfig(program.command('backup').description('copy the store into a new file, while gateways use it'))).argument(
    '<file>',
    'a file that is not there yet',
  )
  withExamples(command, [
    'countersign backup /backup/countersign-$(date +%F).db',
    'keep it like the store itself: with the digest key, it can check credentials',
  ])
  command.action(
    context.action(async (file: string, { config, json }: ConfigOption & JsonOption) => {
      await context.withStore(config, (store) => store.backup(context.path(file)), { readOnly: true })
      context.done(`Wrote ${context.path(file)}.`, json, { file: context.path(file) })
    }),
  )
}

import { maskConfig } from '@countersign/gateway'
import { stringify } from 'yaml'
import { withConfig, withExamples, withJson, type AddCommand, type ConfigOption, type JsonOption } from '../context.ts'

export const addPrintConfig: AddCommand = (program, context) => {
  const command = withJson(withConfig(program.command('print-config').description('show the configuration with its defaults, and secrets masked')))
  withExamples(command, ['countersign print-config', 'what a gateway would really work with'])
  command.action(
    context.action(async ({ config, json }: ConfigOption & JsonOption) => {
      // By way of JSON, so that a URL is its text; where things stand in the file is for messages.
      const effective: unknown = JSON.parse(
        JSON.stringify(maskConfig(await context.config(config)), (name, value: unknown) => (name === 'place' ? undefined : value)),
      )
      if (json === true) context.json(effective)
      else context.out(stringify(effective, { lineWidth: 0 }))
    }),
  )
}

import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readExpectations, renderDiagnostics, triedJson, triedText, tryExpectations } from '@countersign/gateway'
import { withConfig, withExamples, withJson, type AddCommand, type ConfigOption, type JsonOption } from '../context.ts'
import { EXIT } from '../failure.ts'
import { hasColor } from '../io.ts'

const TABLE = 'countersign.test.yaml'

interface Options extends ConfigOption, JsonOption {}

export const addTest: AddCommand = (program, context) => {
  const command = withJson(withConfig(program.command('test').description('hold the configuration to a table of expected answers')))
  command.argument('[file]', `the table (default: ${TABLE} beside the configuration)`)
  withExamples(command, ['countersign test', 'ends with 0 if every answer is as expected, otherwise with 1'])
  command.addHelpText(
    'after',
    `
A table:
  version: 1
  expect:
    - { request: GET /orders/1, as: { scheme: bearer, subject: '1' }, status: 200 }
    - { request: GET /orders/2, as: { scheme: bearer, subject: '1' }, status: 404, reason: not-visible }
    - request: GET /health
      answers: { anonymous: 200, admin: 200 }`,
  )
  command.action(
    context.action(async (file: string | undefined, { config, json }: Options) => {
      const setup = await context.setup(config)
      const path = file === undefined ? join(dirname(context.configFile(config)), TABLE) : context.path(file)
      const { expectations, diagnostics } = readExpectations(await readFile(path, 'utf8'), path, setup.config.personas)
      if (diagnostics.length > 0) {
        context.say(renderDiagnostics(diagnostics, { color: hasColor(context.io.stderr, context.io.env) }))
        return EXIT.found
      }
      const tried = await tryExpectations(expectations, setup.policy, setup.config)
      context.out(json === true ? triedJson(tried, context.text) : triedText(tried, context.text))
      return tried.every(({ met }) => met) ? EXIT.ok : EXIT.found
    }),
  )
}

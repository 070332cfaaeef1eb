import { buildMatrix, matrixCsv, matrixJson, matrixMarkdown, matrixTable, type Matrix, type TextOptions } from '@countersign/gateway'
import { Option } from 'commander'
import { withConfig, withExamples, withJson, type AddCommand, type ConfigOption, type JsonOption } from '../context.ts'
import { CommandError, usage } from '../failure.ts'

const FORMATS = { table: matrixTable, markdown: matrixMarkdown, csv: matrixCsv, json: matrixJson } as const satisfies Record<
  string,
  (matrix: Matrix, options: TextOptions) => string
>

interface Options extends ConfigOption, JsonOption {
  readonly format: keyof typeof FORMATS
  readonly api?: string
  readonly only?: string
}

export const addMatrix: AddCommand = (program, context) => {
  const command = withJson(withConfig(program.command('matrix').description('show who gets what: operations in rows, personas in columns, answers in cells')))
  command
    .addOption(new Option('--format <format>', 'how to print it').choices(Object.keys(FORMATS)).default('table'))
    .option('--api <name>', 'only this API')
    .option('--only <text>', 'only operations with this text in method or path, such as `DELETE` or `/orders`')
  withExamples(
    command,
    ['countersign matrix', 'who may do what, and where that is written'],
    ['countersign matrix --only DELETE', 'who may delete'],
    ['countersign matrix --format markdown > ACCESS.md', 'a table to review in a pull request'],
  )
  command.action(
    context.action(async ({ config, format, json, api, only }: Options) => {
      const setup = await context.setup(config)
      const names = setup.policy.apis.map((one) => one.config.name)
      if (api !== undefined && !names.includes(api)) throw usage(`there is no API \`${api}\`; there is ${names.map((name) => `\`${name}\``).join(', ')}`)
      const matrix = await buildMatrix(setup.policy, setup.config, { ...(api === undefined ? {} : { api }), ...(only === undefined ? {} : { only }) })
      if (matrix.rows.length === 0)
        throw new CommandError(only === undefined ? 'the configuration has no operations' : `no operation has \`${only}\` in its method or path`)
      context.out(FORMATS[json === true ? 'json' : format](matrix, context.text))
    }),
  )
}

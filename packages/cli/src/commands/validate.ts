import { diagnosticsToSarif, renderDiagnostics } from '@countersign/gateway'
import { Option } from 'commander'
import { withConfig, withExamples, withJson, type AddCommand, type ConfigOption, type JsonOption } from '../context.ts'
import { EXIT } from '../failure.ts'
import { hasColor } from '../io.ts'

interface Options extends ConfigOption, JsonOption {
  readonly format: 'text' | 'json' | 'sarif'
}

export const addValidate: AddCommand = (program, context) => {
  const command = withJson(
    withConfig(program.command('validate').description('check the configuration, the API descriptions it names, and that every route can be met')),
  )
  command.addOption(new Option('--format <format>', 'how to print what is wrong').choices(['text', 'json', 'sarif']).default('text'))
  withExamples(
    command,
    ['countersign validate', 'ends with 0 if a gateway would start with it, otherwise with 1'],
    ['countersign validate --format sarif > countersign.sarif', 'for code scanning in continuous integration'],
  )
  command.action(
    context.action(async ({ config, format, json }: Options) => {
      const { setup, diagnostics } = await context.load(config)
      const ok = setup !== undefined
      if (json === true || format === 'json') context.json({ ok, diagnostics })
      else if (format === 'sarif') context.json(diagnosticsToSarif(diagnostics))
      else {
        const { stdout, env } = context.io
        context.out(renderDiagnostics(diagnostics, { color: hasColor(stdout, env) }))
        if (setup !== undefined)
          context.out(`${context.configFile(config)}: ${countText(setup.policy.apis.length, setup.policy.routes.length)}, configuration ${setup.config.hash}\n`)
      }
      return ok ? EXIT.ok : EXIT.found
    }),
  )
}

function countText(apis: number, routes: number): string {
  return `${apis} API${apis === 1 ? '' : 's'}, ${routes} operation${routes === 1 ? '' : 's'}`
}

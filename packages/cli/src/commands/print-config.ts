import { maskConfig, PRINT_NAMES, printProxyConfig, type Config, type PrintName } from '@countersign/gateway'
import { Argument } from 'commander'
import { stringify } from 'yaml'
import { withConfig, withExamples, withJson, type AddCommand, type ConfigOption, type Context, type JsonOption } from '../context.ts'
import { usage, withInput } from '../failure.ts'

interface Options extends ConfigOption, JsonOption {
  readonly listen?: string
}

export const addPrintConfig: AddCommand = (program, context) => {
  const about = 'show the configuration with its defaults, and secrets masked; or that of another proxy which asks this gateway'
  const command = withJson(withConfig(program.command('print-config').description(about)))
  command
    .addArgument(new Argument('[proxy]', 'for which proxy').choices(PRINT_NAMES))
    .option('--listen <socket>', 'where the proxy takes its callers, such as 127.0.0.1:8000 (default: 80)')
  withExamples(
    command,
    ['countersign print-config', 'what a gateway would really work with'],
    ['countersign print-config nginx > /etc/nginx/conf.d/countersign.conf', 'nginx stays in front and asks for decisions'],
  )
  command.action(
    context.action(async (proxy: PrintName | undefined, options: Options) => {
      if (proxy !== undefined && options.json === true) throw usage('--json is for the configuration of the gateway; each proxy has a form of its own')
      if (proxy === undefined && options.listen !== undefined)
        throw usage('--listen is for the configuration of a proxy, such as `print-config nginx --listen 8000`')
      const config = await context.config(options.config)
      if (proxy === undefined) printOwn(context, config, options)
      else context.out(await withInput(async () => printProxyConfig(proxy, config, options.listen === undefined ? {} : { listen: options.listen })))
    }),
  )
}

function printOwn(context: Context, config: Config, { json }: JsonOption): void {
  // By way of JSON, so that a URL is its text; where things stand in the file is for messages.
  const effective: unknown = JSON.parse(JSON.stringify(maskConfig(config), (name, value: unknown) => (name === 'place' ? undefined : value)))
  if (json === true) context.json(effective)
  else context.out(stringify(effective, { lineWidth: 0 }))
}

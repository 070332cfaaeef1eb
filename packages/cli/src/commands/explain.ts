import { explain, explainJson, explainText, NOBODY, recordText } from '@countersign/gateway'
import { fetchDecision } from '../admin.ts'
import { withConfig, withExamples, withJson, type AddCommand, type ConfigOption, type Context, type JsonOption } from '../context.ts'
import { CommandError, EXIT, usage, withInput } from '../failure.ts'
import { personaOf } from '../personas.ts'

interface Options extends ConfigOption, JsonOption {
  readonly as?: string
  readonly admin?: string
  readonly from?: string
}

export const addExplain: AddCommand = (program, context) => {
  const command = withJson(withConfig(program.command('explain').description('tell step by step why an answer is what it is, and what would change it')))
  command
    .argument('<method-or-id>', 'a method with a URL, or the `decision_id` of a refusal')
    .argument('[url]', 'a URL, or a path')
    .usage('[options] <method> <url> --as <persona>\n       countersign explain [options] <decision-id>')
    .option('--as <persona>', 'a persona of the configuration (default: anonymous)')
    .option('--from <address>', 'the IP address of the caller, for `network.denied`')
    .option('--admin <url>', 'ask the gateway that runs there, with the key in $COUNTERSIGN_ADMIN_KEY')
  withExamples(
    command,
    ['countersign explain GET /orders/1 --as reader', 'without a gateway: what would it answer, and why'],
    ['countersign explain 7f9c24e8-3b1a-4f5e-9d7a-2c8b6e0f1a43', 'why was this refused? The id is in the problem document and in the log'],
    ['countersign explain 7f9c24e8-3b1a-4f5e-9d7a-2c8b6e0f1a43 --admin http://127.0.0.1:9090', 'the same, asked of a gateway that runs'],
  )
  command.action(
    context.action((first: string, url: string | undefined, options: Options) => {
      if (url !== undefined && options.admin !== undefined)
        throw usage('--admin is for the id of a decision; a method and a URL are explained without a gateway')
      if (url === undefined && options.from !== undefined) throw usage('--from is for a method and a URL, such as `explain GET /orders/1 --from 192.0.2.7`')
      if (url === undefined && options.as !== undefined) throw usage('--as is for a method and a URL, such as `explain GET /orders/1 --as reader`')
      return url === undefined ? explainRecord(context, first, options) : explainRequest(context, { method: first, url }, options)
    }),
  )
}

async function explainRequest(context: Context, { method, url }: { readonly method: string; readonly url: string }, options: Options): Promise<number> {
  const { policy, config } = await context.setup(options.config)
  const persona = personaOf(config, options.as ?? NOBODY)
  const account = await withInput(() =>
    explain(policy, config, { method: method.toUpperCase(), url, persona, ...(options.from === undefined ? {} : { from: options.from }) }),
  )
  if (options.json === true) context.out(explainJson(account, context.text))
  else context.out(explainText(account, context.text))
  return EXIT.ok
}

async function explainRecord(context: Context, id: string, options: Options): Promise<number> {
  const record =
    options.admin === undefined
      ? await context.withStore(options.config, ({ decisions }) => decisions.get(id), { readOnly: true })
      : await fetchDecision(options.admin, id, context.io.env)
  if (record === undefined) throw new CommandError(`there is no decision \`${id}\`; the store keeps the last ones only (\`store.decisions\`)`)
  if (options.json === true) context.json(record)
  else context.out(recordText(record, context.text))
  return EXIT.ok
}

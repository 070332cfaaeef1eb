import { askAdmin } from '../admin.ts'
import { withConfig, withExamples, withJson, type AddCommand, type ConfigOption, type Context, type JsonOption } from '../context.ts'
import { EXIT } from '../failure.ts'

interface Options extends ConfigOption, JsonOption {
  readonly admin?: string
}

export const addHealth: AddCommand = (program, context) => {
  const command = withJson(withConfig(program.command('health').description('ask a gateway that runs whether it is ready')))
  command.option('--admin <url>', 'its admin address (default: `admin` of the configuration)')
  withExamples(
    command,
    ['HEALTHCHECK CMD ["countersign", "health"]', 'in a Dockerfile: ends with 0 if it is ready, otherwise with 1'],
    ['countersign health --admin http://127.0.0.1:9090', 'without a configuration'],
  )
  command.action(
    context.action(async ({ config, admin, json }: Options) => {
      const response = await askAdmin(admin ?? (await adminAddress(context, config)), '/readyz')
      await response.body?.cancel()
      if (json === true) context.json({ ready: response.ok, status: response.status })
      else context.out(response.ok ? 'ready\n' : `not ready: ${response.status} ${response.statusText}\n`)
      return response.ok ? EXIT.ok : EXIT.found
    }),
  )
}

async function adminAddress(context: Context, config: string | undefined): Promise<string> {
  const { admin } = await context.config(config)
  // What listens on every address is asked on this machine.
  const host = admin.address === '0.0.0.0' ? '127.0.0.1' : admin.address === '::' ? '::1' : admin.address
  return `http://${host.includes(':') ? `[${host}]` : host}:${admin.port}`
}

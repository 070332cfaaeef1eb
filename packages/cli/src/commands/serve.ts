import cluster from 'node:cluster'
import { renderDiagnostics, serve, type Address, type Gateway } from '@countersign/gateway'
import { withConfig, withExamples, type AddCommand, type ConfigOption, type Context } from '../context.ts'
import { EXIT } from '../failure.ts'
import { hasColor, type Signal } from '../io.ts'
import { wholeNumber } from '../values.ts'

interface Options extends ConfigOption {
  readonly port?: number
  readonly workers: number
  readonly watch: boolean
}

export const addServe: AddCommand = (program, context) => {
  const command = withConfig(program.command('serve').description('start the gateway'))
  command
    .option('-p, --port <number>', 'instead of `listen.port`; 0 for any', wholeNumber(0, 65_535))
    .option('--workers <number>', 'processes that take requests', wholeNumber(1, 64), 1)
    .option('--no-watch', 'reload on SIGHUP and by the admin API only, not when a file changes')
  withExamples(
    command,
    ['countersign serve', 'log lines go to standard output as JSON, remarks to standard error'],
    ['countersign serve --workers 4', 'four processes share the port'],
  )
  command.addHelpText(
    'after',
    '\nSIGHUP reloads; a bad file never replaces a good one. SIGTERM and SIGINT drain: no new\nrequests, those under way end. A second one ends at once.',
  )
  command.action(
    context.action(async ({ config, port, workers, watch }: Options) => {
      const gateway = await serve({
        file: context.configFile(config),
        environment: context.io.env,
        workers,
        watch,
        ...(port === undefined ? {} : { port }),
        ...(context.io.log === undefined ? {} : { log: context.io.log }),
        onWorkerLost: ({ pid, cause }) => context.say(`The worker ${pid ?? ''} ended with ${cause}; another one starts.\n`),
      })
      // One of several processes: the first of them speaks, and leads.
      if (cluster.isWorker) return follow(context, gateway)
      tellWhere(context, gateway)
      await untilTold(context, gateway)
      return EXIT.ok
    }),
  )
}

function tellWhere(context: Context, { address, adminAddress, config }: Gateway): void {
  const { listen } = config()
  const doors: readonly (readonly [string, Address | undefined, string])[] = [
    ['API', address, listen.tls === undefined ? 'http' : 'https'],
    ['Admin', adminAddress, 'http'],
  ]
  for (const [name, door, protocol] of doors) if (door !== undefined) context.say(`${name} on ${protocol}://${hostText(door)}\n`)
}

function hostText({ address, port }: Address): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

/** A terminal sends its signals to every process; a worker waits for the word of the one that leads. */
function follow({ io }: Context, gateway: Gateway): number {
  for (const signal of ['SIGHUP', 'SIGINT'] as const) io.signals.on(signal, () => undefined)
  io.signals.on('SIGTERM', () => void gateway.close().finally(() => io.exit(EXIT.ok)))
  return EXIT.ok
}

/** Follows signals until one of them means the end. */
async function untilTold(context: Context, gateway: Gateway): Promise<void> {
  const { signals, exit } = context.io
  const reload = (): void => void tellReload(context, gateway)
  const heard = new Promise<Signal>((resolve) => {
    let before = false
    const listen = (signal: Signal) => (): void => {
      // Whoever asks twice does not want to wait.
      if (before) exit(EXIT.found)
      before = true
      resolve(signal)
    }
    signals.on('SIGTERM', listen('SIGTERM'))
    signals.on('SIGINT', listen('SIGINT'))
  })
  signals.on('SIGHUP', reload)
  const signal = await heard
  signals.off('SIGHUP', reload)
  context.say(`${signal}: requests under way may end; the same signal again ends at once.\n`)
  await gateway.close()
}

async function tellReload(context: Context, gateway: Gateway): Promise<void> {
  const { ok, diagnostics } = await gateway.reload()
  const { stderr, env } = context.io
  if (diagnostics.length > 0) context.say(renderDiagnostics(diagnostics, { color: hasColor(stderr, env) }))
  context.say(ok ? `Reloaded: configuration ${gateway.config().hash}.\n` : `Not reloaded: configuration ${gateway.config().hash} stays in force.\n`)
}

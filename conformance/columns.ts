import type { AdapterUnderTest } from './adapters.ts'
import { reasonAlone } from './gateway/library-alone.ts'
import { startSetup } from './gateway/start.ts'
import { ConfigurationError } from '@countersign/gateway'
import type { World } from './fixtures/world.ts'
import { GATEWAY_ROWS, ROWS } from './rows/index.ts'
import { isConfigurationRefusal, isRefusal, type ConfigurationRefusal, type Handles, type Refusal, type Sent, type Site, type Situation } from './situations.ts'
import { transmit, type Received } from './wire.ts'
import { transmitHttp2 } from './wire-http2.ts'

/** A site that takes requests. */
export interface Home {
  readonly handles: Handles
  /** Whether each 200 is the work of one of the suite's handlers. */
  readonly counted: boolean
  send(sent: Sent): Promise<Received>
  close(): Promise<void>
}

/** Something that stands in front of handlers, and that the rows run through. */
export interface Column {
  readonly name: string
  /** How many rows are tried at the same time, and whether the situations of a row are. */
  readonly pace: { readonly rows: number; readonly together: boolean }
  /** What of a row is put to it. */
  situationsOf(row: string): readonly Situation[]
  open(site: Site, world: World, onRun: () => void): Promise<Home>
  /** What is wrong if something starts, or does not start for another reason. */
  startFaults(situation: Refusal | ConfigurationRefusal, world: World): Promise<readonly string[]>
}

/** An application of a framework. */
export function adapterColumn(adapter: AdapterUnderTest): Column {
  return {
    name: adapter.name,
    // Most of the time goes into waiting.
    pace: { rows: 8, together: true },
    situationsOf: (row) => ROWS[row] ?? [],
    async open(site, world, onRun) {
      if (site.open === undefined) throw new TypeError(`the site \`${site.name}\` is the gateway's alone`)
      const open = await site.open(world)
      const reply =
        (route: (typeof open.routes)[number]) =>
        (...given: Parameters<typeof route.reply>) => {
          onRun()
          return route.reply(...given)
        }
      const served = await adapter.serve(
        open.guard,
        open.routes.map((route) => ({ ...route, reply: reply(route) })),
        { resources: open.resources },
      )
      const close = async (): Promise<void> => void (await Promise.all([served.close(), open.close?.()]))
      return { handles: { ...open, port: served.port }, counted: true, send: (sent) => transmit(served.port, sent), close }
    },
    async startFaults(situation, world) {
      if (!isRefusal(situation)) throw new TypeError(`"${situation.name}" is the gateway's alone`)
      try {
        const { guard, routes } = situation.refuses(world)
        await (await adapter.serve(guard, routes)).close()
        return ['the application started']
      } catch (error) {
        if (!(error instanceof TypeError)) return [`${String(error)} instead of a TypeError`]
        return situation.naming.test(error.message) ? [] : [`the message "${error.message}" does not name ${String(situation.naming)}`]
      }
    },
  }
}

/** The gateway in front of a service that knows no protection, over sockets, started from its files. */
export const gatewayColumn: Column = {
  name: 'gateway',
  // Passwords are hashed for real, and too many at once are refused with 503.
  pace: { rows: 2, together: false },
  situationsOf: (row) => [...(ROWS[row] ?? []).filter((situation) => reasonAlone(row, situation) === undefined), ...(GATEWAY_ROWS[row] ?? [])],
  async open({ name, gateway }, world, onRun) {
    if (gateway === undefined) throw new TypeError(`the site \`${name}\` has no configuration of the gateway`)
    const running = await startSetup(gateway, world, onRun)
    const { handles, port, ca } = running
    const send = (sent: Sent): Promise<Received> => (ca === undefined ? transmit(port, sent) : transmitHttp2({ port, ca }, sent))
    return { handles: { ...handles, port }, counted: gateway.behind === undefined && gateway.asked === undefined, send, close: () => running.close() }
  },
  async startFaults(situation, world) {
    if (!isConfigurationRefusal(situation)) throw new TypeError(`"${situation.name}" is the library's alone`)
    try {
      await (await startSetup(situation.starts, world, () => undefined)).close()
      return ['the gateway started']
    } catch (error) {
      if (!(error instanceof ConfigurationError)) return [`${String(error)} instead of a ConfigurationError`]
      const messages = error.diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message)
      return messages.some((message) => situation.naming.test(message)) ? [] : [`none of ${JSON.stringify(messages)} names ${String(situation.naming)}`]
    }
  },
}

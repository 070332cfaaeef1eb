import { closeSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startProvider, StartError, type Listening, type Running } from '@countersign/example-kit'
import { ConfigurationError, renderDiagnostics, startGateway, type Address, type Gateway } from '@countersign/gateway'
import { addParties } from './parties.ts'
import { startUpstream } from './upstream.ts'

const FOLDER = fileURLToPath(new URL('..', import.meta.url))
const CONFIG = join(FOLDER, 'countersign.yaml')
/** Its files are made anew at every start, so that what is printed is what is there. */
const DATA = join(FOLDER, '.data')
/** The one of `countersign.yaml`. */
export const STORE = join(DATA, 'countersign.db')

export interface Ports {
  readonly port: number
  readonly adminPort: number
  readonly issuerPort: number
  readonly upstreamPort: number
  /** Where the store is, if not in the folder of the example. Its folder is kept. */
  readonly store?: string
}

/** Where everything is without variables; `countersign.yaml` says the same. */
export const USUAL_PORTS = { port: 8401, adminPort: 8409, issuerPort: 8402, upstreamPort: 8403 } as const satisfies Ports

/** The servers of the example while they run. */
export interface GatewayExample extends Running {
  /** Where callers come in, such as `http://127.0.0.1:8401`. */
  readonly api: string
  readonly admin: string
  readonly issuer: string
  readonly upstream: string
  /** The API key of the partner. */
  readonly key: string
  /** The database of the gateway. */
  readonly store: string
  /** The file with the log lines of the gateway. */
  readonly log: string
}

/** Starts the provider, the API and the gateway before it. Rejects with a `StartError` if a port cannot be had; then nothing is left open. */
export async function start(ports: Ports): Promise<GatewayExample> {
  const provider = await startProvider(ports.issuerPort)
  const opened: (Pick<Listening, 'close'> | Gateway)[] = [provider]
  // The gateway first: it lets requests to the others end.
  const close = async (): Promise<void> => {
    for (const one of opened.toReversed()) await one.close()
  }
  try {
    const upstream = await startUpstream(ports.upstreamPort)
    opened.push(upstream)
    const store = ports.store ?? emptyStore(ports, upstream.origin)
    // Nobody looks for one that has the number of a port.
    if (ports.store === undefined && store !== STORE) opened.push({ close: () => rm(dirname(store), { recursive: true }) })
    const { gateway, log } = await openGateway({ ...ports, store }, { issuer: provider.origin, upstream: upstream.origin })
    opened.push(gateway)
    const key = await addParties(gateway)
    const origins = { api: originOf(gateway.address), admin: originOf(gateway.adminAddress), issuer: provider.origin, upstream: upstream.origin }
    return { ...origins, key, store, log, close }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * A place for a store that nobody else uses. With other ports it is not the usual one, because another start may be running
 * there; the port of the API is this one's alone for as long as it runs.
 */
function emptyStore({ upstreamPort }: Ports, upstream: string): string {
  const path = upstreamPort === USUAL_PORTS.upstreamPort ? STORE : join(DATA, new URL(upstream).port, 'countersign.db')
  mkdirSync(dirname(path), { recursive: true })
  // Folders in it are those of other starts.
  for (const entry of readdirSync(dirname(path), { withFileTypes: true })) if (entry.isFile()) rmSync(join(entry.parentPath, entry.name))
  return path
}

interface Origins {
  readonly issuer: string
  readonly upstream: string
}

async function openGateway(
  { port, adminPort, store }: Ports & { readonly store: string },
  { issuer, upstream }: Origins,
): Promise<{ readonly gateway: Gateway; readonly log: string }> {
  mkdirSync(dirname(store), { recursive: true })
  const log = join(dirname(store), 'gateway.log')
  const environment = { PORT: String(port), ADMIN_PORT: String(adminPort), STORE: store, ISSUER: issuer, UPSTREAM: upstream }
  const file = openSync(log, 'a')
  try {
    const gateway = await startGateway({ file: CONFIG, environment, log: file })
    const end = gateway.close.bind(gateway)
    return { log, gateway: Object.assign(gateway, { close: () => end().finally(() => closeSync(file)) }) }
  } catch (error) {
    closeSync(file)
    throw startError(error, { PORT: port, ADMIN_PORT: adminPort })
  }
}

/** What a person can mend gets a line that says how; anything else stays as it is. */
function startError(error: unknown, ports: Readonly<Record<string, number>>): unknown {
  if (error instanceof ConfigurationError) return new StartError(`the configuration is wrong\n${renderDiagnostics(error.diagnostics)}`)
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'EADDRINUSE' || !('port' in error)) return error
  const [variable = 'PORT', port] = Object.entries(ports).find(([, number]) => number === error.port) ?? []
  return new StartError(`port ${port} of 127.0.0.1 is taken; set ${variable} to another port, or to 0 for a free one`)
}

function originOf(address: Address | undefined): string {
  if (address === undefined) throw new TypeError('the gateway opened no door')
  return `http://${address.address}:${address.port}`
}

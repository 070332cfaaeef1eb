import cluster, { type Worker } from 'node:cluster'
import { startGateway, type Address, type Gateway, type GatewayOptions } from './gateway.ts'
import { clusterMetrics, shareMetrics } from './observe/cluster-metrics.ts'

export interface ServeOptions extends Omit<GatewayOptions, 'doors' | 'processes' | 'metrics' | 'onReload'> {
  /** Processes that take requests. Default 1: all in this one. */
  readonly workers?: number
  /** Told when a worker ended that should not have. */
  readonly onWorkerLost?: (worker: { readonly pid: number | undefined; readonly cause: string }) => void
}

/** Seconds before a worker that died is replaced, so that one that cannot start does not keep the machine busy. */
const REPLACE_AFTER = 1
/** Seconds that a worker may take to start or to end. */
const PATIENCE = 60

type FromWorker =
  | { readonly type: 'countersign:listening'; readonly address: string; readonly port: number }
  | { readonly type: 'countersign:failed'; readonly message: string }

/**
 * Starts a gateway in one process or in several.
 *
 * With more than one worker this process keeps the admin port, the store's upkeep and the configuration, and
 * the workers share the front port. Call it in the workers as well: it knows where it runs. Throws as `startGateway` does.
 */
export function serve({ workers = 1, ...options }: ServeOptions): Promise<Gateway> {
  if (!Number.isSafeInteger(workers) || workers < 1 || workers > 64) throw new TypeError(`\`workers\` is \`${workers}\`; pass a whole number from 1 to 64`)
  if (cluster.isWorker) return work({ ...options, processes: workers })
  return workers === 1 ? startGateway(options) : lead(workers, options)
}

async function work(options: GatewayOptions): Promise<Gateway> {
  try {
    const gateway = await startGateway({ ...options, doors: 'front', watch: false })
    shareMetrics(gateway.metrics)
    process.on('message', (message) => {
      if (message === 'countersign:reload') void gateway.reload()
    })
    // A primary that is gone cannot end this process any more.
    process.on('disconnect', () => void gateway.close().finally(() => process.exit(0)))
    if (gateway.address !== undefined) process.send?.({ type: 'countersign:listening', ...gateway.address } satisfies FromWorker)
    return gateway
  } catch (error) {
    process.send?.({ type: 'countersign:failed', message: error instanceof Error ? error.message : String(error) } satisfies FromWorker)
    throw error
  }
}

async function lead(workers: number, options: Omit<ServeOptions, 'workers'>): Promise<Gateway> {
  const { onWorkerLost = () => undefined, ...own } = options
  const gateway = await startGateway({
    ...own,
    doors: 'admin',
    metrics: (mine) => {
      const all = clusterMetrics({ own: mine })
      return () => all.text()
    },
    onReload: ({ ok }) => {
      if (ok) for (const worker of crew()) if (worker.isConnected()) worker.send('countersign:reload')
    },
  })
  const replacing = replaceTheLost(onWorkerLost)
  try {
    const [address] = await Promise.all(Array.from({ length: workers }, () => started(cluster.fork())))
    return leader(gateway, address, replacing)
  } catch (error) {
    replacing.stop()
    for (const worker of crew()) worker.process.kill('SIGKILL')
    await gateway.close()
    throw error
  }
}

/** The gateway of the primary, with the address that its workers share. */
function leader(gateway: Gateway, address: Address | undefined, replacing: Replacing): Gateway {
  const { adminAddress, config, store, metrics } = gateway
  return {
    ...(address === undefined ? {} : { address }),
    ...(adminAddress === undefined ? {} : { adminAddress }),
    config,
    store,
    metrics,
    reload: () => gateway.reload(),
    async close() {
      replacing.stop()
      await Promise.all(crew().map(ended))
      await gateway.close()
    },
  }
}

interface Replacing {
  stop(): void
}

/** Starts a worker for each that dies, until it is stopped. */
function replaceTheLost(onWorkerLost: NonNullable<ServeOptions['onWorkerLost']>): Replacing {
  let stopped = false
  const onExit = (worker: Worker, code: number, signal: string | null): void => {
    onWorkerLost({ pid: worker.process.pid, cause: signal ?? `exit code ${code}` })
    setTimeout(() => {
      if (!stopped) cluster.fork()
    }, REPLACE_AFTER * 1000)
  }
  cluster.on('exit', onExit)
  return {
    stop() {
      stopped = true
      cluster.off('exit', onExit)
    },
  }
}

function crew(): readonly Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
}

/** Waits for the first word of a worker. */
function started(worker: Worker): Promise<Address> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`a worker did not start within ${PATIENCE} s`)), PATIENCE * 1000)
    worker.once('exit', (code) => reject(new Error(`a worker ended with ${code} before it listened`)))
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'countersign:failed') reject(new Error(message.message))
      if (message.type !== 'countersign:listening') return
      clearTimeout(timer)
      resolve({ address: message.address, port: message.port })
    })
  })
}

/** Lets a worker finish what it does; it closes when its channel does. */
function ended(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => worker.process.kill('SIGKILL'), PATIENCE * 1000)
    worker.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    if (worker.isConnected()) worker.disconnect()
  })
}

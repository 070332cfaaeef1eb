import type { AdminOptions, HealthCheck, Phase } from '../admin-options.ts'
import { operation, type Call, type Operations } from '../operation.ts'
import { plain, type Reply } from '../reply.ts'

/** Seconds for which the store is taken to be as it was found: a probe must not become a load. */
const BELIEVED = 1

/** Whether the process lives, has started and should get requests; and what it counted. */
export function healthOperations(options: AdminOptions, phase: () => Phase): Operations {
  const storeCheck = createStoreCheck(options)
  return {
    livez: operation((call) => report(call, [{ name: 'process' }]), ['verbose']),
    startupz: operation((call) => report(call, [started(phase())]), ['verbose']),
    readyz: operation(async (call) => report(call, [started(phase()), notDraining(phase()), await storeCheck(), ...(options.health?.() ?? [])]), ['verbose']),
    metrics: operation(async () => plain(200, await options.metrics(), 'text/plain; version=0.0.4; charset=utf-8')),
  }
}

function started(phase: Phase): HealthCheck {
  return { name: 'configuration', ...(phase === 'starting' ? { problem: 'no configuration is in force yet' } : {}) }
}

function notDraining(phase: Phase): HealthCheck {
  return { name: 'accepting', ...(phase === 'draining' ? { problem: 'the gateway is shutting down' } : {}) }
}

/** Looks whether the store works. Why it does not is told to `onError`, and not to everybody who asks this port. */
function createStoreCheck({ store, onError }: AdminOptions): () => Promise<HealthCheck> {
  let last: { readonly at: number; readonly found: Promise<HealthCheck> } | undefined
  const look = async (): Promise<HealthCheck> => {
    try {
      await store.check()
      return { name: 'store' }
    } catch (error) {
      onError?.(error)
      return { name: 'store', problem: 'the store cannot be used' }
    }
  }
  return () => {
    const now = performance.now() / 1000
    if (last === undefined || now - last.at >= BELIEVED) last = { at: now, found: look() }
    return last.found
  }
}

function report({ query }: Call, checks: readonly HealthCheck[]): Reply {
  const wrong = checks.filter(({ problem }) => problem !== undefined)
  const lines = (list: readonly HealthCheck[]): string =>
    list.map(({ name, problem }) => `${problem === undefined ? '+' : '-'} ${name}: ${problem ?? 'ok'}\n`).join('')
  if (query['verbose'] !== undefined) return plain(wrong.length === 0 ? 200 : 503, lines(checks))
  return wrong.length === 0 ? plain(200, 'ok\n') : plain(503, lines(wrong))
}

import cluster, { type Worker } from 'node:cluster'
import { AggregatorRegistry, Registry } from 'prom-client'
import type { Metrics, MetricSnapshot } from './metrics.ts'

/** Messages between the primary process and its workers. */
const QUESTION = 'countersign:metrics?'
const ANSWER = 'countersign:metrics'
/** Seconds that workers have to answer. */
const TIME_LIMIT = 2

interface Answer {
  readonly type: typeof ANSWER
  readonly id: number
  readonly snapshot: MetricSnapshot
}

/** The metrics of all workers in one text. */
export interface ClusterMetrics {
  readonly contentType: string
  text(): Promise<string>
  close(): void
}

/**
 * Adds up the metrics of all workers of `node:cluster`, in the primary process; `own` are those of the primary.
 *
 * What a worker had counted when it was last asked stays in the sums after its end, so that counters do not go
 * down; a worker that does not answer in time is counted as it was when it last did.
 */
export function clusterMetrics(options: { readonly own?: Metrics; readonly timeLimit?: number } = {}): ClusterMetrics {
  const { own, timeLimit = TIME_LIMIT } = options
  const known = new Map<number, MetricSnapshot>()
  const waiting = new Map<number, (worker: number) => void>()
  // One after the other, so that two workers that end together are both counted.
  let retired: Promise<MetricSnapshot> = Promise.resolve([])
  let questions = 0
  const onMessage = (worker: Worker, message: unknown): void => {
    if (!isAnswer(message)) return
    known.set(worker.id, message.snapshot)
    waiting.get(message.id)?.(worker.id)
  }
  const onExit = (worker: Worker): void => {
    const last = known.get(worker.id)
    known.delete(worker.id)
    for (const answered of waiting.values()) answered(worker.id)
    if (last !== undefined) retired = retired.then((before) => sum([before, last.filter(isLasting)]))
  }
  cluster.on('message', onMessage).on('exit', onExit)
  return {
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    async text() {
      const id = ++questions
      const asked = ask(id)
      await answers(waiting, { id, asked, timeLimit })
      const mine = own === undefined ? [] : [await own.snapshot()]
      return AggregatorRegistry.aggregate([...mine, ...known.values(), await retired]).metrics()
    },
    close: () => void cluster.off('message', onMessage).off('exit', onExit),
  }
}

/** Answers the primary's questions with the metrics of this worker; call it once in each worker. */
export function shareMetrics(metrics: Metrics): void {
  process.on('message', (message: unknown) => {
    if (!isQuestion(message)) return
    void answer(metrics, message.id)
  })
}

async function answer(metrics: Metrics, id: number): Promise<void> {
  const snapshot = await metrics.snapshot()
  // The primary may be gone by now; then nobody wants to know.
  if (process.connected) process.send?.({ type: ANSWER, id, snapshot } satisfies Answer)
}

function ask(id: number): Set<number> {
  const asked = new Set<number>()
  for (const worker of Object.values(cluster.workers ?? {})) {
    if (worker?.isConnected() !== true) continue
    worker.send({ type: QUESTION, id })
    asked.add(worker.id)
  }
  return asked
}

/** Waits until all that were asked have answered or are gone, or the time is over. */
function answers(
  waiting: Map<number, (worker: number) => void>,
  { id, asked, timeLimit }: { readonly id: number; readonly asked: Set<number>; readonly timeLimit: number },
): Promise<void> {
  if (asked.size === 0) return Promise.resolve()
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer)
      waiting.delete(id)
      resolve()
    }
    const timer = setTimeout(finish, timeLimit * 1000)
    waiting.set(id, (worker) => {
      if (asked.delete(worker) && asked.size === 0) finish()
    })
  })
}

/** What has been counted remains true; what was measured ends with its process. */
function isLasting(metric: MetricSnapshot[number]): boolean {
  const type = String(metric.type)
  return type === 'counter' || type === 'histogram'
}

async function sum(snapshots: readonly MetricSnapshot[]): Promise<MetricSnapshot> {
  return AggregatorRegistry.aggregate([...snapshots]).getMetricsAsJSON()
}

function isAnswer(message: unknown): message is Answer {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === ANSWER
}

function isQuestion(message: unknown): message is { readonly id: number } {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === QUESTION && 'id' in message && typeof message.id === 'number'
}

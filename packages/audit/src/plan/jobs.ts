import { RunStopped } from '../run.ts'
import { inCase } from '../send/current-case.ts'

/** Something to be done once, which may have to be done again if a session was lost meanwhile. */
export interface Job<T = unknown> {
  readonly key: string
  /** Whether it may be done again. */
  readonly repeatable: boolean
  readonly act: () => Promise<T>
  /** Takes the result, once it is known that every session was good. */
  keep(result: T): void
  /** It was not done, or what came of it counts for nothing. */
  lose(why: string): void
}

/** Looks from time to time whether those who were let in still are. */
export interface Controls {
  /** Whether it is time. */
  due(): boolean
  /** Controls those whose credentials were used. Answers who had lost the session and is logged in again. Rejects with a `RunStopped`. */
  check(used: ReadonlySet<string>): Promise<ReadonlySet<string>>
}

export interface JobsOptions {
  readonly parallel: number
  readonly controls: Controls
  /** Something was done, or given up. */
  readonly onDone?: () => void
}

interface Done {
  readonly job: Job
  readonly result: unknown
  readonly used: ReadonlySet<string>
}

/** How often something is done again. */
const TRIES = 3

/** Does all jobs. Results count once a control has shown that sessions were good; answers why it had to stop, if it had to. */
export async function runJobs(jobs: readonly Job[], { parallel, controls, onDone = () => undefined }: JobsOptions): Promise<RunStopped | undefined> {
  const queue = [...jobs]
  const tries = new Map<Job, number>()
  let stopped: RunStopped | undefined
  while (queue.length > 0 && stopped === undefined) {
    const round = await doSome(queue, parallel, controls)
    stopped = round.stopped
    const verdict = await control(round.done, controls, stopped)
    stopped ??= verdict.stopped
    for (const { job, result, used } of round.done) {
      const again = [...used].some((name) => verdict.lost.has(name))
      const count = (tries.get(job) ?? 0) + 1
      tries.set(job, count)
      if (verdict.stopped !== undefined) job.lose(verdict.stopped.message)
      else if (!again) job.keep(result)
      else if (job.repeatable && count < TRIES) queue.unshift(job)
      else job.lose('the session of a persona ended while it was tried')
      if (!queue.includes(job)) onDone()
    }
    for (const job of round.cut) job.lose(stopped?.message ?? 'it was cut off')
  }
  for (const job of queue) job.lose(stopped?.message ?? 'it was not reached')
  return stopped
}

interface Round {
  readonly done: Done[]
  /** Those that were stopped in the middle. */
  readonly cut: Job[]
  stopped?: RunStopped
}

/** Works on the queue until it is empty, a control is due, or the run has to stop. */
async function doSome(queue: Job[], parallel: number, controls: Controls): Promise<Round> {
  const round: Round = { done: [], cut: [] }
  const lane = async (): Promise<void> => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      const used = new Set<string>()
      try {
        const { key, act } = job
        round.done.push({ job, result: await inCase(key, act, { used }), used })
      } catch (error) {
        if (!(error instanceof RunStopped)) throw error
        round.stopped ??= error
        round.cut.push(job)
      }
      if (round.stopped !== undefined || controls.due()) return
    }
  }
  await Promise.all(Array.from({ length: parallel }, lane))
  return round
}

/** A run that is over for another reason than its budget cannot be controlled any more, so what was last done does not count. */
async function control(
  done: readonly Done[],
  controls: Controls,
  stopped: RunStopped | undefined,
): Promise<{ readonly lost: ReadonlySet<string>; readonly stopped?: RunStopped }> {
  if (stopped !== undefined && stopped.cause_ !== 'budget') return { lost: new Set(), stopped }
  try {
    return { lost: await controls.check(new Set(done.flatMap(({ used }) => [...used]))) }
  } catch (error) {
    if (error instanceof RunStopped) return { lost: new Set(), stopped: error }
    throw error
  }
}

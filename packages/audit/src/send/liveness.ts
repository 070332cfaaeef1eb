import type { AuditRequest, Exchange } from '../exchange.ts'
import { RunStopped } from '../run.ts'
import { delay } from './pace.ts'

/** Whether the target still answers anything. */
export interface Liveness {
  /** Keeps the names of the last requests, for whoever asks which of them killed it. */
  note(request: Pick<AuditRequest, 'method' | 'target'>, as: { readonly persona: string; readonly case: string }): void
  /** Resolves if it answers. Rejects with a `RunStopped` that names the last requests, once it does not after several tries. */
  assert(after?: Exchange): Promise<void>
  /** Whether it was found gone. */
  gone(): boolean
}

/** Requests that are named. */
const LAST = 5
/** Milliseconds before each further try: a server that is restarted needs some. */
const TRIES = [0, 200, 800]

/** `ask` sends something harmless, past pace and budget. */
export function createLiveness(ask: () => Promise<Exchange>): Liveness {
  const last: string[] = []
  let asking: Promise<boolean> | undefined
  let dead = false
  const answers = async (): Promise<boolean> => {
    for (const wait of TRIES) {
      if (wait > 0) await delay(wait, new AbortController().signal)
      if ((await ask()).response !== undefined) return true
    }
    return false
  }
  return {
    note: ({ method, target }, { persona, case: name }) => {
      last.push(`${method} ${target} as ${persona} (${name})`)
      if (last.length > LAST) last.shift()
    },
    assert: async (after) => {
      asking ??= answers().finally(() => {
        asking = undefined
      })
      if (await asking) return
      dead = true
      throw new RunStopped('target-gone', `the target does not answer any more; the last requests were: ${last.join('; ')}`, after)
    },
    gone: () => dead,
  }
}

import { StoreError } from './store.ts'

/** Runs few pieces of costly work at a time and lets few wait, so that they cannot starve everything else. */
export interface WorkQueue {
  /** Rejects with a `StoreError` if too many wait already. */
  run<T>(work: () => Promise<T>): Promise<T>
  /** How many pieces were begun so far. */
  readonly begun: number
  /** Takes no more work, and rejects what waits with a `StoreError`. */
  end(): void
}

export interface WorkQueueOptions {
  /** How many run at a time. */
  readonly running: number
  /** How many may wait. */
  readonly waiting: number
}

interface Turn {
  readonly begin: () => void
  readonly refuse: (reason: StoreError) => void
}

export function createWorkQueue({ running, waiting }: WorkQueueOptions): WorkQueue {
  const line: Turn[] = []
  let active = 0
  let begun = 0
  let ended = false

  async function enter(): Promise<void> {
    if (ended) throw closed()
    if (active < running) {
      active++
      return
    }
    if (line.length >= waiting) {
      throw new StoreError(`${line.length} password checks are waiting already and no more are taken; try again later, or slow down whoever sends them`)
    }
    await new Promise<void>((begin, refuse) => line.push({ begin, refuse }))
  }

  function leave(): void {
    const next = line.shift()
    // The place is handed on, not given back: nobody who comes later can take it in between.
    if (next === undefined) active--
    else next.begin()
  }

  return {
    get begun() {
      return begun
    },
    run: async (work) => {
      await enter()
      begun++
      try {
        return await work()
      } finally {
        leave()
      }
    },
    end: () => {
      ended = true
      for (const { refuse } of line.splice(0)) refuse(closed())
    },
  }
}

function closed(): StoreError {
  return new StoreError('the store is closed; open it again')
}

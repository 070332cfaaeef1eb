/** Lets some attempts under one key go on at a time and the others wait: a burst would be over before any of it was counted. */
export class Turns {
  readonly #most: number
  readonly #under = new Map<string, { busy: number; readonly waiting: (() => void)[] }>()

  constructor(most: number) {
    this.#most = most
  }

  async take<T>(key: string, attempt: () => Promise<T>): Promise<T> {
    const queue = this.#under.get(key) ?? { busy: 0, waiting: [] }
    this.#under.set(key, queue)
    if (queue.busy >= this.#most) await new Promise<void>((resolve) => queue.waiting.push(resolve))
    else queue.busy++
    try {
      return await attempt()
    } finally {
      // Whoever is next takes this turn over.
      const next = queue.waiting.shift()
      if (next !== undefined) next()
      else if (--queue.busy === 0) this.#under.delete(key)
    }
  }
}

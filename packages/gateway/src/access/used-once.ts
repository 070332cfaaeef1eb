import { replayMemory, type ReplayStore } from 'countersign'

/**
 * What this process remembers of things that are good for one use: proofs, nonces of signatures, responses of Digest.
 *
 * It outlives a reload, or what was used before could be used again after it.
 */
export class UsedOnce {
  readonly #memories = new Map<string, { readonly size: number; readonly memory: ReplayStore }>()

  /** The memory of a scheme; a new one if it shall have another size. */
  of(scheme: string, size: number): ReplayStore {
    const known = this.#memories.get(scheme)
    if (known?.size === size) return known.memory
    const memory = replayMemory({ size })
    this.#memories.set(scheme, { size, memory })
    return memory
  }
}

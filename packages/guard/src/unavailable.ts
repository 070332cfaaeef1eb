import type { ReasonFor } from '@countersign/core'

/** Thrown where something that a scheme needs cannot be had: the answer is 503 with this reason, and `cause` goes to `onError`. */
export class UnavailableError extends Error {
  readonly reason: ReasonFor<'unavailable'>

  constructor(reason: ReasonFor<'unavailable'>, cause: unknown) {
    super(reason, { cause })
    this.name = 'UnavailableError'
    this.reason = reason
  }
}

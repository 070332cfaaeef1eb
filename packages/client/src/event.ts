import type { Refusal, Remedy } from '@countersign/core'

/** Why a refusal was handed on instead of repeated. */
export type GivenUp =
  /** The remedy is `none` or `correct-request`: no repetition helps. */
  | 'final'
  /** This remedy was tried before, or the request was repeated often enough. */
  | 'tried-before'
  /** No source has credentials that would help. */
  | 'no-credentials'
  /** New credentials could not be had; `failure` says what failed. */
  | 'failed'
  /** The content is a stream, and no `replay` was given. */
  | 'not-replayable'
  /** Sent twice, the request might be carried out twice (RFC 9110 section 9.2.2). */
  | 'not-idempotent'
  /** The server did not say when to come again, or later than `longestWait`. */
  | 'too-long'

/** What was done about a refusal. Holds no credentials, and no address, which may hold one in its query. */
export interface RemedyEvent {
  readonly method: string
  readonly origin: string
  /** `reasonOf` of core finds the word for it. */
  readonly denial: Refusal
  /** What was acted on; differs from that of the denial where a deviation was forgiven. */
  readonly remedy: Remedy
  /** From 1. */
  readonly attempt: number
  readonly repeats: boolean
  readonly why?: GivenUp
  /** The name of the error and its code, never its message. */
  readonly failure?: string
}

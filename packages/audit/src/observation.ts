import type { Decision } from '@countersign/core'
import type { Exchange } from './exchange.ts'

/** What an answer means, whatever its status code: the code is judged afterwards. */
export const CLASSES = ['granted', 'denied-auth', 'denied-authz', 'hidden', 'invalid', 'soft-denied', 'redirect-login', 'broken', 'limited', 'unknown'] as const

export type AnswerClass = (typeof CLASSES)[number]

/** An answer that was understood. */
export interface Observation {
  readonly class: AnswerClass
  /** By what: a fingerprint of this API, its status code, or a guess. */
  readonly by: 'fingerprint' | 'status' | 'heuristic'
  readonly exchange: Exchange
}

/** What the answer should be. */
export interface Expectation {
  readonly class: 'granted' | 'denied-auth' | 'denied-authz' | 'hidden'
  /** What the rules come to, as the guard would answer. */
  readonly decision: Decision
  /** How sure that is: somebody wrote it, it follows from something written, or it is what is usual. */
  readonly source: 'declared' | 'derived' | 'assumed'
}

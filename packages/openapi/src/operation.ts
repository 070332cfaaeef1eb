import type { Requirement } from '@countersign/core'
import type { Parameter } from './parameters.ts'
import type { Place } from './place.ts'

/** One thing that a document offers, and what it asks of callers. */
export interface Operation {
  /** The `operationId`. */
  readonly id?: string
  /** As it is sent: upper case, but for methods that OpenAPI 3.2 lists under `additionalOperations`. */
  readonly method: string
  /** The path template as it is written. */
  readonly path: string
  /** The path templates with their base paths, each once, as far as no operation before this one answers their requests. */
  readonly paths: readonly [string, ...string[]]
  readonly summary?: string
  readonly requirement: Requirement
  /** Whether the document says anything about who may; if not, `requirement` is `authenticated()`. */
  readonly declared: boolean
  /** Where the requirement is written: the operation's `security`, or the root's, or else the operation. */
  readonly source: Place
  /** Where the operation is written. */
  readonly place: Place
  readonly deprecated: boolean
  readonly parameters: readonly Parameter[]
}

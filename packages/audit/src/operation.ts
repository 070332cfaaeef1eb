import type { Requirement } from '@countersign/core'
import type { Parameter, Place } from '@countersign/openapi'

/** Content that an operation takes, with one example of it. */
export interface ContentExample {
  readonly mediaType: string
  /** Plain JSON values, or a text for other media types. */
  readonly example: unknown
}

/** An answer that a document promises. */
export interface DocumentedAnswer {
  /** `200`, `4XX`, `default`. */
  readonly status: string
  /** Lower case. */
  readonly fields: readonly string[]
}

/** One operation of the target, with what is needed to call it. */
export interface AuditOperation {
  /** `GET /orders/{id}`, with the base path: names it everywhere. */
  readonly key: string
  readonly method: string
  /** The path template with its base path. */
  readonly path: string
  readonly id?: string
  readonly summary?: string
  readonly tags: readonly string[]
  readonly requirement: Requirement
  /** Whether somebody wrote who may call it. */
  readonly declared: boolean
  readonly parameters: readonly Parameter[]
  readonly content: ContentExample | undefined
  readonly answers: readonly DocumentedAnswer[]
  /** Where it is written; reports point there. */
  readonly place: Place
  /** Never sent: the configuration, the document or the default list says so, and why. */
  readonly neverTouch?: string
}

/** Methods that change nothing by their definition (RFC 9110 section 9.2.1). */
export const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** What an object of the target is to a persona. */
export type Relation = 'own' | 'foreign' | 'none'

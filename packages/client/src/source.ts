import type { Challenge, Refusal, Remedy } from '@countersign/core'

/** A value, or the promise of it. */
export type Awaitable<T> = T | Promise<T>

/** One request as a source of credentials sees it. */
export interface Call {
  readonly method: string
  readonly url: URL
  readonly signal: AbortSignal
  /** Seconds since the epoch, by the clock of the server as far as it is known. */
  readonly now: number
}

/** What a source adds to a request. */
export interface Presentation {
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** Tells the source later which of its credentials these were. */
  readonly used?: object
}

/** A refusal that a source may do something about. */
export interface Refused {
  readonly denial: Refusal
  readonly remedy: Remedy
  /** The challenge of the source's own scheme, if the refusal has one. */
  readonly challenge: Challenge | undefined
  /** What the source had added to the refused request; nothing if it was not asked to. */
  readonly presentation: Presentation | undefined
}

/** Credentials of one kind, and where they may be sent. */
export interface CredentialSource {
  /** As registered; compared without case. */
  readonly scheme: string
  /** Among several that fit the higher one is used (RFC 9110 section 11.4). */
  readonly strength: number
  /** If given, challenges with another realm are not for these credentials (RFC 9110 section 11.5). */
  readonly realm?: string
  covers(url: URL): boolean
  /** Nothing, if a challenge is needed first. */
  present(call: Call): Awaitable<Presentation | undefined>
  /** Does what the remedy asks for; whether there is something new to send. Absent where credentials never change. */
  answer?(refused: Refused, call: Call): Promise<boolean>
  /** Hears that the server let these credentials in, whatever it answered besides. */
  accepted?(presentation: Presentation): void
  /** Sees every answer to a request that carried these credentials. What it rejects with, the call does. */
  learn?(headers: Headers, call: Call, presentation: Presentation): Awaitable<void>
}

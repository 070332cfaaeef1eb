import type { HeldToken } from './token.ts'

/** The tokens of several contexts as one. */
export interface TokenShare {
  /** Does the work while no other context does it, as far as the platform can tell. */
  alone(work: () => Promise<void>, signal: AbortSignal): Promise<void>
  tell(token: HeldToken): void
}

/** Begins to share: what other contexts tell goes to `receive`. */
export type TokenSharing = (receive: (token: HeldToken) => void) => TokenShare

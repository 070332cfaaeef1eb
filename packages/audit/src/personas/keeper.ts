import { PersonaError, type Credentials } from '../persona.ts'

/** Keeps credentials that are good, and gets others when they are needed. */
export interface Keeper {
  credentials(): Promise<Credentials>
  renew(): void
}

/** Attempts that may fail one after another: more could lock the account. */
const ATTEMPTS = 3
/** Seconds before the end of credentials at which others are fetched: so many, or a fifth of their life if that is less. */
const MARGIN = 30

interface Kept {
  readonly credentials: Promise<Credentials>
  /** When others are fetched, in seconds since the epoch. */
  until: number
}

/** However many ask at one time, credentials are fetched once. */
export function createKeeper(obtain: () => Promise<Credentials>, now: () => number): Keeper {
  let kept: Kept | undefined
  let failures = 0
  let last: unknown
  const follow = async (fresh: Kept): Promise<void> => {
    try {
      fresh.until = untilOf(await fresh.credentials, now())
      failures = 0
    } catch (error) {
      failures += 1
      last = error
      if (kept === fresh) kept = undefined
    }
  }
  return {
    credentials: async () => {
      if (kept !== undefined && now() < kept.until) return kept.credentials
      if (failures >= ATTEMPTS) throw new PersonaError(`${messageOf(last)}; after ${ATTEMPTS} attempts there is none more`)
      kept = { credentials: obtain(), until: Number.POSITIVE_INFINITY }
      void follow(kept)
      return kept.credentials
    },
    renew: () => {
      // What is on its way is new enough.
      if (kept?.until !== Number.POSITIVE_INFINITY) kept = undefined
    },
  }
}

function untilOf({ expires }: Credentials, now: number): number {
  if (expires === undefined) return Number.MAX_SAFE_INTEGER
  const life = expires - now
  // Not more than once a second, even if what comes has expired already.
  return now + Math.max(1, life - Math.min(MARGIN, life / 5))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

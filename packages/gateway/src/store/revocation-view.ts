import type { Revocation, RevocationStore } from './store.ts'

/** Seconds for which a revoked token is remembered after its end: verifiers grant a tolerance for clocks that differ. */
export const AFTERLIFE = 600

/** What one process knows of revocations: two maps, so that a request costs two look-ups and no I/O. */
export interface RevocationView {
  apply(entries: readonly Revocation[]): void
  isRevoked(token: Parameters<RevocationStore['isRevoked']>[0], now: number): boolean
  /** Drops entries of tokens that have long ended. */
  forget(now: number): void
  readonly size: number
}

export function createRevocationView(): RevocationView {
  const tokens = new Map<string, number>()
  const subjects = new Map<string, number>()
  return {
    apply: (entries) => {
      for (const entry of entries) {
        if (entry.type === 'token') tokens.set(entry.jti, entry.until)
        else subjects.set(entry.subject, entry.notBefore)
      }
    },
    isRevoked: ({ jti, subject, iat }, now) => {
      const until = jti === undefined ? undefined : tokens.get(jti)
      if (until !== undefined && now < until + AFTERLIFE) return true
      const notBefore = subjects.get(subject)
      // A token that does not say when it was issued cannot show that it is younger than the revocation.
      return notBefore !== undefined && (iat === undefined || iat < notBefore)
    },
    forget: (now) => {
      for (const [jti, until] of tokens) if (now >= until + AFTERLIFE) tokens.delete(jti)
    },
    get size() {
      return tokens.size + subjects.size
    },
  }
}

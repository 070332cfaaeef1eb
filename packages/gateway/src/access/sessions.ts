import type { Principal, Scheme } from '@countersign/core'
import { session, type PresentedSession, type Session, type SessionScheme, type Settled } from 'countersign'
import type { SessionConfig } from '../config/caller-config.ts'
import { enricher, type TokenDirectory } from './directory.ts'
import { nonEmpty } from './non-empty.ts'
import { settle } from './settle.ts'

/** Principals that came with a session; what connections are asked that outlive their request. */
const sessions = new WeakMap<Principal, Session>()

/** The session that a principal came with, if it was one. */
export function sessionOf(principal: Principal): Session | undefined {
  return sessions.get(principal)
}

const ENDED = { result: 'rejected', reason: 'session-ended' } as const

/** The scheme of sessions that the application begins; those of revoked ids and subjects have ended. */
export function sessionScheme(config: SessionConfig, options: TokenDirectory): Scheme<PresentedSession> {
  const { secrets, login, ...rest } = config
  const scheme: SessionScheme = session({ ...rest, secrets: nonEmpty(secrets, 'secrets'), ...(login === undefined ? {} : { login }) })
  const enrich = enricher(options.directory)
  type Verified = Awaited<ReturnType<typeof scheme.verify>>
  const finish = (verified: Verified, now: number): Settled<Verified> => {
    if (verified.result !== 'accepted') return verified
    const { principal } = verified
    const found = scheme.of({ principal })
    if (found === undefined) throw new TypeError('an accepted session is not known to its scheme')
    sessions.set(principal, found)
    if (options.isRevoked(principal)) return ENDED
    return settle(enrich(verified, now), (enriched) => {
      sessions.set(enriched.principal, found)
      return enriched
    })
  }
  return { ...scheme, verify: (presented, context) => settle(scheme.verify(presented, context), (verified) => finish(verified, context.now)) }
}

import type { Principal } from '@countersign/core'
import { isTime, type Claims } from '../tokens/claims.ts'
import { freeze } from '../tokens/freeze.ts'

/** One session, as its cookie tells it. Times in seconds since the epoch. */
export interface Session {
  readonly id: string
  readonly subject: string
  /** When the person logged in here. */
  readonly begun: number
  /** When the session ends at the latest. */
  readonly until: number
}

/** A session with all that its cookie holds. */
export interface OpenSession<C extends Claims> extends Session {
  readonly principal: Principal<C>
  /** When the cookie was made. */
  readonly renewed: number
  /** When the cookie ends. */
  readonly expires: number
}

/** The claims of a cookie. */
export function claimsOf<C extends Claims>({ id, begun, until, renewed, expires, principal }: OpenSession<C>): Claims {
  const { subject, issuer, scopes, roles, assurance, claims } = principal
  return {
    sub: subject,
    sid: id,
    ...(issuer === undefined ? {} : { from: issuer }),
    ...(scopes.length === 0 ? {} : { scopes }),
    ...(roles.length === 0 ? {} : { roles }),
    ...(assurance.acr === undefined ? {} : { acr: assurance.acr }),
    ...(assurance.authTime === undefined ? {} : { auth_time: assurance.authTime }),
    ...(Object.keys(claims).length === 0 ? {} : { own: claims }),
    begun,
    until,
    iat: renewed,
    exp: expires,
  }
}

/** The session of a cookie's claims; nothing if another version of this library has written them. */
export function sessionOf<C extends Claims>(claims: Claims, scheme: string): OpenSession<C> | undefined {
  const { sub, sid, from, acr, auth_time: authTime, own = {}, begun, until, iat, exp } = claims
  if (typeof sub !== 'string' || typeof sid !== 'string' || !isTime(begun) || !isTime(until) || !isTime(iat) || !isTime(exp)) return undefined
  const principal = freeze({
    subject: sub,
    ...(typeof from === 'string' ? { issuer: from } : {}),
    scheme,
    scopes: textsOf(claims['scopes']),
    roles: textsOf(claims['roles']),
    assurance: { ...(typeof acr === 'string' ? { acr } : {}), ...(typeof authTime === 'number' ? { authTime } : {}) },
    // Encrypted by `begin`, which took them as C.
    claims: own as C,
  })
  return { id: sid, subject: sub, begun, until, renewed: iat, expires: exp, principal }
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

import { outcomeOf, parseChallenges, type Challenge, type ParsedChallenges, type Requirement } from '@countersign/core'
import type { Cell } from '../../check.ts'
import { fieldValues, type AuditResponse } from '../../exchange.ts'
import { answered, type Answered } from '../asked.ts'

/** A cell that was answered with a status that asks for credentials. */
export function challenged(cell: Cell): Answered | undefined {
  const asked = answered(cell)
  return asked !== undefined && isChallenge(asked.response.status) ? asked : undefined
}

function isChallenge(status: number): boolean {
  return outcomeOf(status) === 'challenge'
}

/** 407 speaks for a proxy, and only 401 for the API itself. */
export function isOfProxy({ status }: AuditResponse): boolean {
  return isChallenge(status) && status !== UNAUTHORIZED
}

/** The status whose challenges stand in `WWW-Authenticate` (RFC 9110 section 15.5.2). */
const UNAUTHORIZED = 401

export function challengesOf(response: AuditResponse): ParsedChallenges {
  return parseChallenges(fieldValues(response, 'www-authenticate'))
}

/** The challenge of one scheme, by its name in any case. */
export function challengeFor(response: AuditResponse, scheme: string): Challenge | undefined {
  return challengesOf(response).challenges.find((challenge) => challenge.scheme.toLowerCase() === scheme.toLowerCase())
}

/** The schemes that a requirement accepts; nothing where it names none. */
export function schemesOf(requirement: Requirement): readonly string[] {
  switch (requirement.type) {
    case 'authenticated':
      return requirement.via ?? []
    case 'all':
    case 'any':
      return [...new Set(requirement.of.flatMap(schemesOf))]
    case 'unprobeable':
      return schemesOf(requirement.of)
    default:
      return []
  }
}

/** Schemes that stand in `Authorization` and have challenges of their own; keys, cookies and certificates have none. */
const HTTP_SCHEMES: ReadonlySet<string> = new Set(['basic', 'bearer', 'digest', 'dpop', 'negotiate', 'hoba', 'mutual', 'gnap', 'privatetoken'])

export function isHttpScheme(scheme: string): boolean {
  return HTTP_SCHEMES.has(scheme.toLowerCase())
}

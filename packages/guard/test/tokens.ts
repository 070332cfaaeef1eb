import { createGuard, type Decision, type Guard, type Reason, type Requirement } from 'countersign'
import { request } from 'countersign/testing'

export const AUDIENCE = 'https://api.test'

/** A guard with one scheme. */
export function guardOf(scheme: Parameters<typeof createGuard>[0]['schemes'][0]): Guard {
  return createGuard({ realm: 'orders', schemes: [scheme], onError: () => {} })
}

/** The reason of a refusal, or `allow`. */
export async function outcomeOf(
  guard: Guard,
  fields: Record<string, string | string[]>,
  requirement: Requirement = { type: 'authenticated' },
): Promise<Reason | 'allow'> {
  return reasonOf(await guard.decide(request('GET', '/data', fields), requirement))
}

export function reasonOf(decision: Decision): Reason | 'allow' {
  return decision.outcome === 'allow' ? 'allow' : decision.reason
}

export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` }
}

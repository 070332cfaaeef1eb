import { role, type Decision } from '@countersign/core'
import { judgementOf, type EndedRequest } from '../../src/observe/exchange.ts'

const explanation = { id: 'd-1', steps: [{ stage: 'verify', scheme: 'Bearer', passed: true }] } as const
export const DENIED: Decision = { outcome: 'forbid', reason: 'role-missing', remedy: { action: 'none' }, challenges: [], explanation }
export const CHALLENGED: Decision = {
  outcome: 'challenge',
  reason: 'token-expired',
  remedy: { action: 'refresh' },
  challenges: [
    { scheme: 'Bearer', params: { realm: 'orders', error: 'invalid_token' } },
    { scheme: 'Basic', params: { realm: 'orders' } },
  ],
  explanation: { id: 'd-2', steps: [{ stage: 'verify', scheme: 'Bearer', passed: false, reason: 'token-expired' }] },
}
const principal = { subject: 'olga', scheme: 'Bearer', scopes: [], roles: [], assurance: {}, claims: {} }
export const ALLOWED: Decision = {
  outcome: 'allow',
  principal,
  facts: new Map(),
  explanation: { id: 'd-3', steps: [{ stage: 'require', requirement: role('admin'), passed: true }] },
}

const report = { status: 200, by: 'upstream', aborted: false, duration: 0.012_345_678, upstreamDuration: 0.01, bytesIn: 0, bytesOut: 42 } as const

/** A request that was let in and answered by the upstream. */
export function allowed(changes: Partial<EndedRequest> = {}): EndedRequest {
  return {
    id: 'r-1',
    at: 1_700_000_000.5,
    method: 'GET',
    host: 'api.test',
    target: '/orders/42?token=s3cret',
    client: '192.0.2.7',
    api: 'orders',
    route: 'GET /orders/{id}',
    outcome: 'allow',
    judgement: judgementOf(ALLOWED, { duration: 0.000_05, requirement: 'role(admin)', source: 'openapi.yaml:12:7' }),
    report,
    ...changes,
  }
}

/** A request that was refused by the gateway. */
export function refused(decision: Decision, status: number, changes: Partial<EndedRequest> = {}): EndedRequest {
  const judgement = judgementOf(decision, { duration: 0.000_05, requirement: 'role(admin)', source: 'openapi.yaml:12:7', subject: changes.judgement?.subject })
  return allowed({ outcome: decision.outcome, judgement, report: { ...report, by: 'gateway', status }, ...changes })
}

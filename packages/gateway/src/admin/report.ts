import { describe } from '@countersign/core'
import { plainAddress } from '../network/addresses.ts'
import { judgementOf, type EndedRequest } from '../observe/exchange.ts'
import type { Round } from './dispatch.ts'

/** A request of the admin port as log and metrics have every other one. */
export function endedOf(round: Round, status: number, bytesOut: number): EndedRequest {
  const { request, route, decision, judged } = round
  const duration = (performance.now() - round.began) / 1000
  const subject = decision?.explanation.steps.find((step) => step.stage === 'verify')
  return {
    id: decision?.explanation.id ?? crypto.randomUUID(),
    at: Date.now() / 1000 - duration,
    method: request.method ?? 'GET',
    host: request.headers.host ?? '',
    target: round.path,
    client: plainAddress(request.socket.remoteAddress ?? 'unknown'),
    api: 'countersign-admin',
    outcome: decision === undefined ? 'no-route' : decision.outcome === 'allow' ? 'serve' : decision.outcome,
    ...(route === undefined ? {} : { route: route.name }),
    ...(decision === undefined || route === undefined
      ? {}
      : {
          judgement: judgementOf(decision, {
            duration: judged,
            requirement: describe(route.requirement),
            source: route.source,
            subject: subject?.stage === 'verify' ? subject.subject : undefined,
          }),
        }),
    report: { status, by: 'gateway', aborted: false, duration, bytesIn: 0, bytesOut },
  }
}

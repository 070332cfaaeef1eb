import { outcomeOf, type Answer } from '@countersign/core'

/** `google.rpc.Code` for the outcomes of access control. */
const CODES = { challenge: 16, forbid: 7, conceal: 5, malformed: 3, throttle: 8, unavailable: 14, fault: 13 } as const
/** For refusals of the gateway itself, by status: too large is RESOURCE_EXHAUSTED, no answer is UNAVAILABLE, no such method UNIMPLEMENTED. */
const BY_STATUS: Readonly<Record<number, number>> = { 405: 12, 408: 4, 413: 8, 501: 12, 502: 14, 504: 4 }
const INVALID_ARGUMENT = 3
const INTERNAL = 13

/** A refusal in gRPC's way: HTTP 200, and the status in fields (gRPC over HTTP/2, "Trailers-Only"). Other fields, such as those of CORS, stay. */
export function grpcAnswer(answer: Answer): Answer {
  const outcome = outcomeOf(answer.status)
  const code = BY_STATUS[answer.status] ?? (outcome === undefined ? (answer.status < 500 ? INVALID_ARGUMENT : INTERNAL) : CODES[outcome])
  return {
    status: 200,
    fields: [
      ...answer.fields.filter(([name]) => !/^(?:content-type|www-authenticate|allow)$/i.test(name)),
      ['content-type', 'application/grpc'],
      ['grpc-status', String(code)],
      ['grpc-message', messageOf(answer)],
    ],
  }
}

/** Percent-encoded, as `grpc-message` is. */
function messageOf({ problem }: Answer): string {
  return (problem?.title ?? '').replaceAll(/[^ -$&-~]/g, encodeURIComponent)
}

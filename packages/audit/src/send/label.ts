import type { AuditRequest } from '../exchange.ts'

/** Where the owner of a target finds our requests in a log. */
export const PROBE_FIELD = 'Countersign-Probe'

const USER_AGENT = 'countersign-audit/0.1.0'

/** The request with `User-Agent` and an id of its own, unless a check has written them itself. */
export function labelled(request: AuditRequest, id: string): AuditRequest {
  const has = (name: string): boolean => request.fields.some(([one]) => one.toLowerCase() === name.toLowerCase())
  const lines: (readonly [string, string])[] = []
  if (!has('User-Agent')) lines.push(['User-Agent', USER_AGENT])
  if (!has(PROBE_FIELD)) lines.push([PROBE_FIELD, id])
  return { ...request, fields: [...request.fields, ...lines] }
}

import { bypassCheck, replacing } from './bypass.ts'

/** Not Modified, and Precondition Failed (RFC 9110 sections 15.4.5 and 15.5.13). */
const COMPARED: ReadonlySet<number> = new Set([304, 412])

/** Asks under a condition for what is refused. */
export const routeCond = bypassCheck('ROUTE-COND', {
  risk: 45,
  sends: 'with `If-None-Match` and `If-Match`',
  detours: (request) => [
    { name: '`If-None-Match: *`', request: replacing(request, ['If-None-Match', '*']) },
    { name: '`If-Match` with another validator', request: replacing(request, ['If-Match', '"countersign"']) },
  ],
  reveals: ({ exchange }) => COMPARED.has(exchange.response?.status ?? 0),
})

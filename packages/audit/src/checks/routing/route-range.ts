import { bypassCheck, replacing } from './bypass.ts'

/** Partial Content, and Range Not Satisfiable (RFC 9110 sections 15.3.7 and 15.5.17): the length is known, so it is there. */
const PARTIAL: ReadonlySet<number> = new Set([206, 416])

/** Asks for a part of what is refused. */
export const routeRange = bypassCheck('ROUTE-RANGE', {
  risk: 45,
  sends: 'with `Range`',
  detours: (request) => [{ name: '`Range: bytes=0-`', request: replacing(request, ['Range', 'bytes=0-']) }],
  reveals: ({ exchange }) => PARTIAL.has(exchange.response?.status ?? 0),
})

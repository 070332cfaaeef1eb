import type { Exchange } from '../exchange.ts'

/** The status of an answer for a report, or why there is none. */
export function statusOf(exchange: Exchange): string {
  return exchange.response === undefined ? exchange.failure : String(exchange.response.status)
}

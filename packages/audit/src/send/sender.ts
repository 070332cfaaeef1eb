import { outcomeOf } from '@countersign/core'
import { fieldValues, type AuditRequest, type Exchange } from '../exchange.ts'
import { SAFE_METHODS } from '../operation.ts'
import type { Persona } from '../persona.ts'
import { allows, type Mode } from '../rule.ts'
import { RunStopped } from '../run.ts'
import { createPace, retryAfterOf } from './pace.ts'
import { createWire, type Origin } from './wire.ts'

/** Sends what the mode allows, no faster and no more than was agreed. */
export interface Sender {
  send(request: AuditRequest, as: Persona): Promise<Exchange>
  /** How many requests went out. */
  count(): number
  close(): void
}

export interface SenderOptions {
  readonly origin: Origin
  readonly mode: Mode
  readonly rate: number
  readonly parallel: number
  readonly maxRequests: number
  /** Seconds. */
  readonly timeLimit: number
  readonly signal: AbortSignal
}

const BODY_LIMIT = 64 * 1024

export function createSender(options: SenderOptions): Sender {
  const { origin, mode, parallel, maxRequests, signal } = options
  const wire = createWire(origin, { timeLimit: options.timeLimit * 1000, bodyLimit: BODY_LIMIT, parallel })
  const pace = createPace({ rate: options.rate, parallel, signal })
  let count = 0
  return {
    send: async (request, as) => {
      if (!allows(mode, SAFE_METHODS.has(request.method) ? 'safe' : 'writes')) throw new TypeError(`mode \`${mode}\` sends no ${request.method}`)
      if (count >= maxRequests) throw new RunStopped('budget', `all ${maxRequests} requests are used`)
      count += 1
      const credentials = await as.credentials()
      const authorized = credentials === undefined ? request : await as.authorize(request, credentials)
      const leave = await pace.enter()
      try {
        const { request: _, ...came } = await wire.exchange(authorized, as)
        const exchange: Exchange = { ...came, request: authorized }
        const outcome = exchange.response === undefined ? undefined : outcomeOf(exchange.response.status)
        if (outcome !== 'throttle' && outcome !== 'unavailable') pace.fine()
        else if (exchange.response !== undefined) pace.slowDown(retryAfterOf(fieldValues(exchange.response, 'retry-after')[0], Date.now()))
        return exchange
      } finally {
        leave()
      }
    },
    count: () => count,
    close: () => wire.close(),
  }
}

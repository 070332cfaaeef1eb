import { randomUUID } from 'node:crypto'
import { outcomeOf } from '@countersign/core'
import { fieldValues, type AuditRequest, type Breakdown, type Exchange } from '../exchange.ts'
import type { Journal } from '../journal/journal.ts'
import { SAFE_METHODS } from '../operation.ts'
import type { Persona } from '../persona.ts'
import { allows, type Mode } from '../rule.ts'
import { RunStopped } from '../run.ts'
import { currentCase } from './current-case.ts'
import { labelled } from './label.ts'
import { createLiveness, type Liveness } from './liveness.ts'
import { createPace, retryAfterOf, type Pace } from './pace.ts'
import { createWire, type Origin, type Wire } from './wire.ts'

/** Sends what the mode allows, no faster and no more than was agreed, and notices if the target is gone. */
export interface Sender {
  send(request: AuditRequest, as: Persona): Promise<Exchange>
  /** How many requests went out. */
  count(): number
  /** How many a second may go out now; 0 for as fast as it goes. */
  rate(): number
  /** Whether the target was found gone. */
  gone(): boolean
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
  readonly journal: Journal
  /** What asks whether the target is alive. */
  readonly alive: AuditRequest
  /** Whether requests say whose they are; by default they do. */
  readonly label?: boolean
  readonly signal: AbortSignal
}

/** Bytes of an answer that are kept. */
const BODY_LIMIT = 64 * 1024

interface Sending extends SenderOptions {
  readonly wire: Wire
  readonly pace: Pace
  readonly liveness: Liveness
  /** Begins the ids of all requests of this run. */
  readonly id: string
  count: number
}

export function createSender(options: SenderOptions): Sender {
  const { origin, parallel, rate, alive } = options
  const wire = createWire(origin, { timeLimit: options.timeLimit * 1000, bodyLimit: BODY_LIMIT, parallel })
  const state: Sending = {
    ...options,
    wire,
    pace: createPace({ rate, parallel }),
    // On a connection of its own: one that was kept may be what is broken.
    liveness: createLiveness(async () => {
      state.count += 1
      return wire.exchangeFreshly(alive, { name: 'nobody' })
    }),
    id: randomUUID().slice(0, 8),
    count: 0,
  }
  return {
    send: async (request, as) => send(request, as, state),
    count: () => state.count,
    rate: () => state.pace.rate(),
    gone: () => state.liveness.gone(),
    close: () => wire.close(),
  }
}

async function send(request: AuditRequest, as: Persona, state: Sending): Promise<Exchange> {
  const safe = SAFE_METHODS.has(request.method)
  if (!allows(state.mode, safe ? 'safe' : 'writes')) throw new TypeError(`the mode \`${state.mode}\` sends no ${request.method}`)
  currentCase.getStore()?.used.add(as.name)
  // A write is never sent twice, so it goes where no kept connection can be closed in the same moment.
  const first = await sendOnce({ request, as, freshly: !safe }, state)
  // An answer that asks for a nonce has done nothing yet (RFC 9449 section 9).
  const exchange = first.response !== undefined && as.learn?.(first.response) === true ? await sendOnce({ request, as, freshly: !safe }, state) : first
  if (exchange.failure === undefined || exchange.failure === 'unsendable') return exchange
  const again = safe && exchange.failure === 'reset' ? await sendOnce({ request, as, freshly: true }, state) : exchange
  if (again.failure !== undefined && UNEXPECTED.has(again.failure)) await state.liveness.assert(again)
  return again
}

/** After these it is asked whether the target is still there. */
const UNEXPECTED: ReadonlySet<Breakdown> = new Set(['reset', 'refused', 'timeout', 'unreadable'])

interface Once {
  readonly request: AuditRequest
  readonly as: Persona
  readonly freshly: boolean
}

async function sendOnce({ request, as, freshly }: Once, state: Sending): Promise<Exchange> {
  const { journal, pace, signal } = state
  const { key = 'outside of a case', beyondBudget = false } = currentCase.getStore() ?? {}
  if (!beyondBudget) takeOne(state)
  else state.count += 1
  const credentials = await as.credentials()
  if (credentials !== undefined) for (const secret of [credentials.value, ...credentials.fields.map(([, value]) => value)]) journal.conceal(secret)
  const named = state.label === false ? request : labelled(request, `${state.id}-${state.count}`)
  const authorized = credentials === undefined ? named : await as.authorize(named, credentials)
  const leave = await enter(pace, beyondBudget ? NEVER : signal)
  try {
    // Others may have found it gone while this one waited.
    if (state.liveness.gone()) await state.liveness.assert()
    state.liveness.note(described(request), { persona: as.name, case: key })
    const safe = SAFE_METHODS.has(request.method)
    if (!safe) journal.addFirst({ type: 'sending', case: key, persona: as.name, ...described(request), hash: journal.hash(JSON.stringify(request)) })
    const exchange = await (freshly ? state.wire.exchangeFreshly(authorized, as) : state.wire.exchange(authorized, as))
    if (!safe) journal.add({ type: 'sent', case: key, ...described(request), outcome: exchange.failure ?? String(exchange.response.status) })
    adapt(pace, exchange)
    return exchange
  } finally {
    leave()
  }
}

const NEVER = new AbortController().signal

/** Queries may hold secrets. */
function described({ method, target }: AuditRequest): { readonly method: string; readonly target: string } {
  return { method, target: target.split('?', 1)[0] ?? '' }
}

function takeOne(state: Sending): void {
  if (state.count >= state.maxRequests) throw new RunStopped('budget', `all ${state.maxRequests} requests of the budget are used`)
  state.count += 1
}

async function enter(pace: Pace, signal: AbortSignal): Promise<() => void> {
  try {
    return await pace.enter(signal)
  } catch (error) {
    if (signal.aborted) throw new RunStopped('aborted', 'the run was stopped from outside')
    throw error
  }
}

/** A target that has had enough is asked more slowly. */
function adapt(pace: Pace, { response }: Exchange): void {
  const outcome = response === undefined ? undefined : outcomeOf(response.status)
  if (response === undefined || (outcome !== 'throttle' && outcome !== 'unavailable')) pace.fine()
  else pace.slowDown(retryAfterOf(fieldValues(response, 'retry-after')[0], Date.now()))
}

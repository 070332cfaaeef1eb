import { REASONS, type Decision, type Reason, type Step } from '@countersign/core'
import type { ExchangeReport } from '../proxy/ruling.ts'
import type { RequestTrace } from './trace.ts'

/** What access control said about a request, in the words that log, metrics and store use. No credential is in it. */
export interface Judgement {
  /** The id of the explanation; the same in the problem document. */
  readonly id: string
  readonly outcome: Decision['outcome']
  readonly reason?: Reason
  readonly scheme?: string
  readonly subject?: string
  /** The requirement in one line, and where it is written: `openapi.yaml:12:7`. */
  readonly requirement?: string
  readonly source?: string
  /** Names of the schemes that the answer offers. */
  readonly challenges: readonly string[]
  readonly steps: readonly Step[]
  /** Seconds that judging took. */
  readonly duration: number
}

/** All that is told of a request when it is over. Times are seconds. */
export interface EndedRequest {
  readonly id: string
  /** When it began, since the epoch, with fractions. */
  readonly at: number
  readonly method: string
  readonly host: string
  /** The request target; its query is cut off before anything is written. */
  readonly target: string
  /** The address of the client, after proxies that are believed. */
  readonly client: string
  readonly api?: string
  /** `GET /orders/{id}`; absent where no route matched. */
  readonly route?: string
  /** `allow`, an outcome of a refusal, or a word of the gateway's own such as `no-route`. From a closed list: it becomes a label. */
  readonly outcome: string
  /** Which limit was met: `address`, `principal`, `guessing`. */
  readonly throttledBy?: string
  /** Absent where the request was answered before it was judged. */
  readonly judgement?: Judgement
  readonly report: ExchangeReport
  /** The hash of the configuration that was in force; the current one if absent. */
  readonly config?: string
  readonly trace?: RequestTrace
}

/** What a decision does not say itself. */
export interface DecisionContext {
  /** Seconds. */
  readonly duration: number
  /** Whom the credentials stood for, where a refusal does not tell. */
  readonly subject?: string | undefined
  readonly requirement?: string | undefined
  readonly source?: string | undefined
}

/** Sums up a decision for log, metrics and store. */
export function judgementOf(decision: Decision, context: DecisionContext): Judgement {
  const { explanation } = decision
  const subject = context.subject ?? (decision.outcome === 'allow' ? decision.principal?.subject : undefined)
  const scheme = decision.outcome === 'allow' ? decision.principal?.scheme : schemeOf(explanation.steps)
  const { requirement, source, duration } = context
  return {
    id: explanation.id,
    outcome: decision.outcome,
    ...(decision.outcome === 'allow' ? {} : { reason: decision.reason }),
    ...(scheme === undefined ? {} : { scheme }),
    ...(subject === undefined ? {} : { subject }),
    ...(requirement === undefined ? {} : { requirement }),
    ...(source === undefined ? {} : { source }),
    challenges: decision.outcome === 'allow' ? [] : (decision.challenges ?? []).map((challenge) => challenge.scheme),
    steps: explanation.steps,
    duration,
  }
}

/** The scheme that was verified last, or else one that found something to read. */
function schemeOf(steps: readonly Step[]): string | undefined {
  let found: string | undefined
  let verified: string | undefined
  for (const step of steps) {
    if (step.stage === 'verify') verified = step.scheme
    else if (step.stage === 'extract' && (step.found === 'credentials' || step.found === 'malformed')) found ??= step.scheme
  }
  return verified ?? found
}

/** Challenges that are no verdict on credentials: nothing was sent, or what was sent is good but not enough. */
const NO_FAILURE: ReadonlySet<string> = new Set(['credentials-missing', 'assurance-too-low'] satisfies Reason[])

/** Whether credentials were presented and not accepted. */
export function isFailedAuthentication(reason: Reason | undefined): boolean {
  if (reason === undefined || NO_FAILURE.has(reason)) return false
  return REASONS[reason].outcome === 'challenge' || reason.startsWith('credentials-')
}

/** Characters of a path, and of any other text of a caller, that are written. */
const PATH_LIMIT = 2048
const TEXT_LIMIT = 256

/** The path of a request target: no query, no fragment, no authority with somebody's password (RFC 9112 section 3.2.2). */
export function pathOf(target: string): string {
  const end = target.search(/[?#]/)
  const whole = end === -1 ? target : target.slice(0, end)
  const path = whole.startsWith('/') ? whole : whole.replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, '')
  return clean(path, PATH_LIMIT)
}

/** A text of a caller, bounded, without the control characters that JSON leaves as they are. */
export function boundedText(text: string): string {
  return clean(text, TEXT_LIMIT)
}

function clean(text: string, limit: number): string {
  const short = text.length > limit ? `${text.slice(0, limit - 1)}…` : text
  // JSON escapes what is below U+0020; terminals also obey U+007F to U+009F.
  return /[\u007f-\u009f]/.test(short) ? short.replace(/[\u007f-\u009f]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`) : short
}

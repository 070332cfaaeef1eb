import { outcomeOf } from '@countersign/core'
import type { KeyEvent } from 'countersign'
import { pino, type Logger } from 'pino'
import type { LogConfig } from '../config/config.ts'
import { boundedText, pathOf, type EndedRequest } from './exchange.ts'
import { heldBack } from './held-back.ts'

/** The version of the lines' schema; a member may be added without a new one. */
const SCHEMA = 1

export interface LogOptions extends Pick<LogConfig, 'level' | 'sampleAllowed'> {
  /** A file descriptor, or a stream that takes whole lines. */
  readonly to: number | LogStream
  /** A number from 0 to 1 for each line that may be left out; for tests. */
  readonly random?: () => number
}

/** A stream that takes whole lines. */
export interface LogStream {
  write(line: string): unknown
  flushSync?(): void
}

/** What a configuration that was read again came to. */
export interface ReloadLine {
  readonly ok: boolean
  readonly hash: string
  /** Errors and warnings, each in one line. */
  readonly diagnostics?: readonly string[]
}

/** JSON lines `{ v, time, level, event, msg, … }`. Every member is named in this file: nothing of a request gets in unseen. */
export interface Log {
  /** One line for decision and exchange together. Denials and failures always; allowed requests as often as configured. */
  exchange(about: EndedRequest, config: string): void
  reload(about: ReloadLine): void
  keys(event: KeyEvent): void
  start(about: { readonly address: string; readonly port: number; readonly config: string; readonly version: string }): void
  stop(about: { readonly reason: string; readonly seconds: number }): void
  /** An error of ours. Its message is left out, as it may quote what a caller sent; `detail` is a text of our own. */
  failure(about: { readonly where: string; readonly error?: unknown; readonly detail?: string }): void
  /** Takes another level and sampling from now on. */
  adjust(config: Pick<LogConfig, 'level' | 'sampleAllowed'>): void
  /** Writes what is still held back. */
  flush(): void
}

/**
 * Makes the log.
 *
 * What was refused, what failed and every event is out when the call returns, with all that was held back before it,
 * so that neither `process.exit` nor a crash loses a denial. Lines about ordinary requests wait for each other a
 * moment: a call of the system for each would cost as much as deciding about it.
 */
export function createLog({ level, sampleAllowed, to, random = Math.random }: LogOptions): Log {
  let sampled = sampleAllowed
  const destination: LogStream = typeof to === 'number' ? heldBack(to) : to
  const plain = pino(
    {
      level,
      base: { v: SCHEMA },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  )
  // What was refused is written at any level.
  const always = plain.child({}, { level: 'info' })
  return {
    exchange(about, config) {
      if (!isOrdinary(about)) {
        refused(always, about, config)
        destination.flushSync?.()
      } else if (plain.isLevelEnabled('info') && (sampled >= 1 || random() < sampled)) plain.info(exchangeLine(about, config), 'allowed')
    },
    ...eventLines(plain, () => destination.flushSync?.()),
    adjust(config) {
      plain.level = config.level
      sampled = config.sampleAllowed
    },
    flush: () => destination.flushSync?.(),
  }
}

/** Let in, and nothing went wrong afterwards; a 401 or 403 of the upstream is worth as much attention as our own. */
function isOrdinary({ outcome, report: { status, failure } }: EndedRequest): boolean {
  if (failure !== undefined || (outcome !== 'allow' && outcome !== 'serve')) return false
  const meaning = outcomeOf(status)
  return status < 500 && meaning !== 'challenge' && meaning !== 'forbid'
}

function refused(log: Logger, about: EndedRequest, config: string): void {
  const { outcome, report } = about
  const line = exchangeLine(about, config)
  const message = outcome !== 'allow' ? 'refused' : report.by === 'upstream' ? 'allowed, refused by the upstream' : 'allowed, no answer from the upstream'
  if (report.by === 'gateway' && report.status >= 500) log.error(line, message)
  else log.warn(line, message)
}

function exchangeLine(about: EndedRequest, config: string): Readonly<Record<string, unknown>> {
  const { report, judgement } = about
  return {
    event: judgement === undefined ? 'exchange' : 'decision',
    request: about.id,
    trace: about.trace?.traceId,
    method: boundedText(about.method),
    host: boundedText(about.host),
    route: about.route,
    path: pathOf(about.target),
    client: about.client,
    api: about.api,
    outcome: about.outcome,
    status: report.status,
    by: report.by,
    reason: judgement?.reason,
    scheme: judgement?.scheme,
    subject: judgement?.subject === undefined ? undefined : boundedText(judgement.subject),
    required: judgement?.requirement,
    source: judgement?.source,
    decision: judgement?.id,
    config: about.config ?? config,
    throttledBy: about.throttledBy,
    failure: report.failure,
    cause: report.cause,
    aborted: report.aborted ? true : undefined,
    duration: micro(report.duration),
    upstreamDuration: report.upstreamDuration === undefined ? undefined : micro(report.upstreamDuration),
    bytesIn: report.bytesIn,
    bytesOut: report.bytesOut,
  }
}

type Events = Pick<Log, 'reload' | 'keys' | 'start' | 'stop' | 'failure'>

function eventLines(log: Logger, flush: () => void): Events {
  const line = (level: 'info' | 'warn' | 'error', members: Readonly<Record<string, unknown>>, message: string): void => {
    log[level](members, message)
    flush()
  }
  return {
    reload({ ok, hash, diagnostics }) {
      const members = { event: 'reload', ok, config: hash, diagnostics }
      if (ok) line('info', members, 'configuration in force')
      else line('error', members, 'configuration refused; the one before stays in force')
    },
    keys(event) {
      if (event.event === 'refreshed') line('info', { event: 'keys', issuer: event.issuer, keys: event.keys }, 'keys refreshed')
      else line('warn', { event: 'keys', issuer: event.issuer, ...errorMembers(event.error) }, 'keys could not be refreshed')
    },
    start: ({ address, port, config, version }) => line('info', { event: 'start', address, port, config, version, pid: process.pid }, 'listening'),
    stop: ({ reason, seconds }) => line('info', { event: 'stop', reason, duration: micro(seconds) }, 'stopped'),
    failure: ({ where, error, detail }) => line('error', { event: 'failure', where, detail, ...errorMembers(error) }, 'failure'),
  }
}

/** Name, code and place of an error. */
function errorMembers(error: unknown): Readonly<Record<string, string | undefined>> {
  if (!(error instanceof Error)) return error === undefined ? {} : { error: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const at = /\n\s+at (?:.* \()?([^\n()]+:\d+:\d+)\)?/.exec(error.stack ?? '')?.[1]
  return { error: error.name, code, at }
}

function micro(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6
}

import type { KeyEvent } from 'countersign'
import type { AuditEntry, DecisionLog, DecisionRecord } from '../store/store.ts'
import type { AuditFile } from './audit-file.ts'
import { boundedText, pathOf, type EndedRequest } from './exchange.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { changeEvent } from './ocsf-change.ts'
import { denialEvent } from './ocsf.ts'
import type { RequestTrace, TracedRequest, Tracing } from './tracing.ts'

export interface ObserverOptions {
  readonly log: Log
  readonly metrics: Metrics
  readonly tracing: Tracing
  readonly decisions: DecisionLog
  /** Where denials and changes go as OCSF events. */
  readonly audit?: AuditFile
  /** The hash of the configuration in force. */
  readonly config: () => string
  /** Of this program, for OCSF events. */
  readonly version: string
}

/** Everything that is told of what the gateway does. Nothing here throws: a request must not fail because it was observed. */
export interface Observer {
  /** Begins the trace of a request. */
  began(request: TracedRequest): RequestTrace
  /** Called once for each request, when its last byte is out or its connection is gone. */
  ended(about: EndedRequest): void
  keys(event: KeyEvent): void
  reloaded(about: { readonly ok: boolean; readonly hash: string; readonly diagnostics?: readonly string[] }): void
  /** An administrative change, as the store's trail has it. */
  changed(entry: AuditEntry): void
  storeFailed(error: unknown, where: string): void
  /** An issuer gave no answer about a token. */
  introspectionFailed(error: Error): void
}

export function createObserver(options: ObserverOptions): Observer {
  const { log, metrics, tracing, decisions, audit, config, version } = options
  /** A part that fails, such as a full disk, is told of and does not keep the others from their work. */
  const attempt = (where: string, part: () => void): void => {
    try {
      part()
    } catch (error) {
      report(log, where, error)
    }
  }
  return {
    began: (request) => tracing.begin(request),
    ended(about) {
      const hash = about.config ?? config()
      attempt('metrics', () => metrics.ended(about))
      attempt('log', () => log.exchange(about, hash))
      attempt('decisions', () => {
        if (about.outcome !== 'serve') decisions.add(recordOf(about, hash))
      })
      if (audit !== undefined && isDenial(about)) attempt('audit-file', () => audit.write(denialEvent(about, { version, config: hash })))
      attempt('tracing', () => about.trace?.end(about, hash))
    },
    keys(event) {
      metrics.keys(event)
      attempt('log', () => log.keys(event))
    },
    reloaded(about) {
      metrics.reloaded(about)
      attempt('log', () => log.reload(about))
    },
    changed(entry) {
      attempt('audit-file', () => audit?.write(changeEvent(entry, { version })))
    },
    storeFailed(error, where) {
      metrics.storeFailed()
      report(log, where, error)
    },
    introspectionFailed: (error) => report(log, 'introspection', error),
  }
}

/** Access control refused; what the gateway answered before it was asked is none of an auditor's business. */
function isDenial({ judgement }: EndedRequest): boolean {
  return judgement !== undefined && judgement.outcome !== 'allow'
}

function report(log: Log, where: string, error: unknown): void {
  try {
    log.failure({ where, error })
  } catch {
    // The log itself cannot be written: there is nowhere left to say so, and the request still deserves its answer.
  }
}

/** A decision as the store keeps it. */
function recordOf(about: EndedRequest, config: string): DecisionRecord {
  const { judgement, route, api } = about
  return {
    id: judgement?.id ?? about.id,
    at: about.at,
    method: boundedText(about.method),
    host: boundedText(about.host),
    path: pathOf(about.target),
    ...(route === undefined ? {} : { route }),
    ...(api === undefined ? {} : { api }),
    outcome: about.outcome,
    status: about.report.status,
    ...(judgement?.reason === undefined ? {} : { reason: judgement.reason }),
    ...(judgement?.scheme === undefined ? {} : { scheme: judgement.scheme }),
    ...(judgement?.subject === undefined ? {} : { subject: boundedText(judgement.subject) }),
    ...(judgement?.requirement === undefined ? {} : { requirement: judgement.requirement }),
    ...(judgement?.source === undefined ? {} : { source: judgement.source }),
    config,
    steps: judgement?.steps ?? [],
  }
}

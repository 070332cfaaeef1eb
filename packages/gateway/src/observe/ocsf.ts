import { REASONS } from '@countersign/core'
import { boundedText, isFailedAuthentication, pathOf, type EndedRequest, type Judgement } from './exchange.ts'

/** The version of the Open Cybersecurity Schema Framework whose words are used. */
export const OCSF_VERSION = '1.6.0'

/** An event as the framework wants it; `type_uid` is class times 100 plus activity. */
export interface OcsfEvent {
  readonly category_uid: number
  readonly class_uid: number
  readonly activity_id: number
  readonly type_uid: number
  readonly severity_id: number
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly metadata: OcsfMetadata
  readonly [member: string]: unknown
}

interface OcsfMetadata {
  readonly version: string
  readonly product: { readonly name: string; readonly vendor_name: string; readonly version: string }
  readonly uid: string
  readonly profiles?: readonly string[]
}

/** Who made the event, and the configuration that was in force. */
export interface OcsfSource {
  readonly version: string
  readonly config: string
}

type JudgedRequest = EndedRequest & { readonly judgement?: Judgement }

const AUTHENTICATION = 3002
const API_ACTIVITY = 6003
const LOGON = 1
const OTHER = 99
const FAILURE = 2
const SEVERITY = { informational: 1, low: 2, medium: 3, high: 4 }
// Of the profile `security_control`.
const DENIED = { action_id: 2, action: 'Denied', disposition_id: 2, disposition: 'Blocked' }

/** What the methods of RFC 9110 section 9.3 do, in the words of API Activity. */
const ACTIVITY: Readonly<Record<string, number>> = { POST: 1, GET: 2, HEAD: 2, OPTIONS: 2, QUERY: 2, PUT: 3, PATCH: 3, DELETE: 4 }

/** The members that every event has. */
export function ocsfBase(
  classUid: number,
  activity: number,
  about: { readonly uid: string; readonly at: number; readonly version: string; readonly profiles?: readonly string[] },
) {
  const { uid, at, version, profiles } = about
  return {
    category_uid: Math.floor(classUid / 1000),
    class_uid: classUid,
    activity_id: activity,
    type_uid: classUid * 100 + activity,
    time: Math.round(at * 1000),
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'Countersign', vendor_name: 'Countersign', version },
      uid,
      ...(profiles === undefined ? {} : { profiles }),
    },
  }
}

/**
 * A refused request as an event: Authentication where credentials were presented and not accepted, else API Activity
 * with the decision about it.
 */
export function denialEvent(about: JudgedRequest, source: OcsfSource): OcsfEvent {
  return isFailedAuthentication(about.judgement?.reason) ? failedLogin(about, source) : refusedCall(about, source)
}

function failedLogin(about: JudgedRequest, source: OcsfSource): OcsfEvent {
  const { judgement } = about
  return {
    ...ocsfBase(AUTHENTICATION, LOGON, { uid: judgement?.id ?? about.id, at: about.at, version: source.version }),
    activity_name: 'Logon',
    severity_id: SEVERITY.low,
    // Whose credentials they claimed to be was not proved, so nobody is named unless the guard knows.
    user: judgement?.subject === undefined ? { name: 'unknown' } : { uid: boundedText(judgement.subject) },
    auth_protocol_id: OTHER,
    auth_protocol: judgement?.scheme ?? 'unknown',
    is_remote: true,
    service: { name: about.api ?? boundedText(about.host) },
    ...requestMembers(about),
    // Authentication has no word for the answer.
    ...unmapped(about, source, { response: about.report.status }),
  }
}

function refusedCall(about: JudgedRequest, source: OcsfSource): OcsfEvent {
  const { judgement, api } = about
  const profiles = ['security_control', ...(about.trace?.traceId === undefined ? [] : ['trace'])]
  const authorizations = [{ decision: 'denied', policy: { uid: judgement?.source ?? 'none', name: judgement?.requirement ?? about.outcome } }]
  const user = judgement?.subject === undefined ? { name: 'anonymous' } : { uid: boundedText(judgement.subject) }
  return {
    ...ocsfBase(API_ACTIVITY, ACTIVITY[about.method] ?? OTHER, { uid: judgement?.id ?? about.id, at: about.at, version: source.version, profiles }),
    severity_id: severityOf(judgement),
    actor: { user, authorizations },
    api: {
      operation: about.route ?? `${boundedText(about.method)} -`,
      request: { uid: about.id },
      response: { code: about.report.status },
      ...(api === undefined ? {} : { service: { name: api } }),
    },
    authorizations,
    ...DENIED,
    ...(about.trace?.traceId === undefined ? {} : { trace: { uid: about.trace.traceId } }),
    http_response: { code: about.report.status, latency: Math.round(about.report.duration * 1000) },
    ...requestMembers(about),
    ...unmapped(about, source),
  }
}

function requestMembers(about: JudgedRequest) {
  const { judgement } = about
  const hostname = boundedText(about.host)
  return {
    http_request: { uid: about.id, http_method: boundedText(about.method), url: { hostname, path: pathOf(about.target) } },
    src_endpoint: { ip: about.client },
    status_id: FAILURE,
    status: 'Failure',
    status_code: judgement?.reason ?? about.outcome,
    status_detail: judgement?.reason === undefined ? about.outcome : REASONS[judgement.reason].description,
  }
}

/** What the framework has no word for. */
function unmapped(about: JudgedRequest, { config }: OcsfSource, more: Readonly<Record<string, unknown>> = {}) {
  const { judgement } = about
  return {
    unmapped: {
      config: about.config ?? config,
      outcome: about.outcome,
      source: judgement?.source,
      scheme: judgement?.scheme,
      throttled_by: about.throttledBy,
      ...more,
    },
  }
}

/** A fault of ours deserves a look; somebody who may not, often repeated, may. */
function severityOf(judgement: Judgement | undefined): number {
  if (judgement?.outcome === 'fault') return SEVERITY.high
  if (judgement?.outcome === 'unavailable') return SEVERITY.medium
  return judgement?.reason === 'credentials-missing' ? SEVERITY.informational : SEVERITY.low
}

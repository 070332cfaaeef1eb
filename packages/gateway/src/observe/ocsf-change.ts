import type { AuditEntry } from '../store/store.ts'
import { ocsfBase, type OcsfEvent } from './ocsf.ts'

const ACCOUNT_CHANGE = 3001
const ENTITY_MANAGEMENT = 3004
const OTHER = 99
const INFORMATIONAL = 1
const SUCCESS = 1

/** Activities of Account Change, by what was done. */
const ACCOUNT: Readonly<Record<string, number>> = {
  'password.set': 3,
  'principal.remove': 6,
  'principal.disabled': 5,
  'principal.suspended': 9,
  'principal.active': 2,
}
/** Activities of Entity Management, by the last word of an action. */
const ENTITY: Readonly<Record<string, number>> = { create: 1, add: 1, put: 3, set: 3, rotate: 3, reload: 3, remove: 4, revoke: 4, delete: 4 }

/** An administrative change as an event: Account Change for principals and passwords, Entity Management for everything else. */
export function changeEvent(entry: AuditEntry, { version }: { readonly version: string }): OcsfEvent {
  const [subject = ''] = entry.action.split('.')
  return subject === 'principal' || subject === 'password' ? accountChange(entry, version) : entityChange(entry, subject, version)
}

function accountChange(entry: AuditEntry, version: string): OcsfEvent {
  const { status } = entry.detail
  const action = entry.action === 'principal.put' && typeof status === 'string' ? `principal.${status}` : entry.action
  return { ...common(entry, ocsfBase(ACCOUNT_CHANGE, ACCOUNT[action] ?? OTHER, identify(entry, version))), user: { uid: entry.target } }
}

function entityChange(entry: AuditEntry, type: string, version: string): OcsfEvent {
  const verb = entry.action.slice(entry.action.lastIndexOf('.') + 1)
  const entity = { type, uid: entry.target, data: entry.detail }
  return { ...common(entry, ocsfBase(ENTITY_MANAGEMENT, ENTITY[verb] ?? OTHER, identify(entry, version))), entity }
}

function identify({ sequence, at }: AuditEntry, version: string) {
  return { uid: `audit-${sequence}`, at, version }
}

function common(entry: AuditEntry, base: ReturnType<typeof ocsfBase>) {
  return {
    ...base,
    activity_name: entry.action,
    severity_id: INFORMATIONAL,
    actor: { user: { uid: entry.actor.subject }, app_name: entry.actor.via },
    status_id: SUCCESS,
    status: 'Success',
    unmapped: { sequence: entry.sequence, hash: entry.hash, detail: entry.detail },
  }
}

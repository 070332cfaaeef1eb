import { describe, rolesInput, scopesInput, subjectInput } from '../input.ts'
import { nameCursor, pageLimit, pageOf } from '../page.ts'
import { StoreError, type PrincipalRecord, type PrincipalStatus, type PrincipalStore } from '../store.ts'
import { actorInput } from './audit.ts'
import type { Context } from './context.ts'
import type { Row } from './driver.ts'
import { number, text, texts } from './row.ts'

const STATUSES: readonly PrincipalStatus[] = ['active', 'disabled', 'suspended']

export function createPrincipals({ durable, audit, now }: Context): PrincipalStore {
  const bySubject = durable.prepare('SELECT * FROM principals WHERE subject = ?')
  const put = durable.prepare(`
    INSERT INTO principals (subject, roles, scopes, status, changed) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (subject) DO UPDATE SET roles = excluded.roles, scopes = excluded.scopes, status = excluded.status, changed = excluded.changed`)
  const drop = durable.prepare('DELETE FROM principals WHERE subject = ?')
  const list = durable.prepare('SELECT * FROM principals WHERE subject > ? ORDER BY subject LIMIT ?')
  return {
    put: (principal, actor) => {
      const by = actorInput(actor)
      const record = { ...principalInput(principal), changed: now() }
      const { subject, roles, scopes, status, changed } = record
      return durable.write(() => {
        put.run(subject, JSON.stringify(roles), JSON.stringify(scopes), status, changed)
        audit.note({ actor: by, action: 'principal.put', target: subject, detail: { roles, scopes, status } })
        return record
      })
    },
    get: (subject) => {
      const row = bySubject.get(subject)
      return row === undefined ? undefined : recordOf(row)
    },
    remove: (subject, actor) => {
      const name = subjectInput(subject)
      const by = actorInput(actor)
      return durable.write(() => {
        if (drop.run(name) === 0) return false
        audit.note({ actor: by, action: 'principal.remove', target: name, detail: {} })
        return true
      })
    },
    list: (page) => {
      const limit = pageLimit(page)
      return pageOf(list.all(nameCursor(page) ?? '', limit + 1).map(recordOf), { limit, cursor: ({ subject }) => subject })
    },
  }
}

function principalInput({ subject, roles, scopes, status }: Omit<PrincipalRecord, 'changed'>): Omit<PrincipalRecord, 'changed'> {
  if (!STATUSES.includes(status)) throw new TypeError(`status: found ${describe(status)}; accepted is one of ${STATUSES.join(', ')}`)
  return { subject: subjectInput(subject), roles: rolesInput(roles), scopes: scopesInput(scopes), status }
}

function recordOf(row: Row): PrincipalRecord {
  const status = STATUSES.find((status) => status === text(row, 'status'))
  if (status === undefined) throw new StoreError('the store has a principal with an unknown status; it was changed by hand or by a later version')
  return { subject: text(row, 'subject'), roles: texts(row, 'roles'), scopes: texts(row, 'scopes'), status, changed: number(row, 'changed') }
}

import { momentInput, subjectInput, textInput } from '../input.ts'
import { numberCursor, pageLimit, pageOf } from '../page.ts'
import { AFTERLIFE } from '../revocation-view.ts'
import type { Actor, Awaitable, Revocation, RevocationStore } from '../store.ts'
import { actorInput } from './audit.ts'
import type { Context } from './context.ts'
import { after } from './line.ts'
import type { Row } from './driver.ts'
import { watchRevocations } from './revocation-watch.ts'
import { number, text } from './row.ts'

interface Change {
  readonly type: Revocation['type']
  readonly name: string
  readonly moment: number
  readonly actor: Actor
}

/** The revocations, and the end of following what other processes revoke. */
export interface WatchedRevocations extends RevocationStore {
  end(): void
}

export function createRevocations(context: Context): WatchedRevocations {
  const { durable, audit, now } = context
  const watch = watchRevocations(context, revocationOf)
  const existing = durable.prepare('SELECT moment FROM revocations WHERE type = ? AND name = ?')
  // A new number, not an update: other processes read what is above the highest number that they have seen.
  const put = durable.prepare('INSERT OR REPLACE INTO revocations (type, name, moment, at) VALUES (?, ?, ?, ?)')
  const tidy = durable.prepare("DELETE FROM revocations WHERE type = 'token' AND moment <= ?")
  const list = durable.prepare('SELECT * FROM revocations WHERE sequence > ? ORDER BY sequence LIMIT ?')

  function change({ type, name, moment, actor }: Change): Awaitable<void> {
    const written = durable.write(() => {
      tidy.run(now() - AFTERLIFE)
      const before = existing.get(type, name)
      // A revocation is never weakened by a later one.
      const stronger = before === undefined ? moment : Math.max(moment, number(before, 'moment'))
      put.run(type, name, stronger, now())
      audit.note({ actor, action: `${type}.revoke`, target: name, detail: type === 'token' ? { until: stronger } : { notBefore: stronger } })
    })
    // What this process revokes, it knows at once.
    return after(written, () => watch.refresh())
  }

  return {
    revokeToken: (jti, until, actor) =>
      change({ type: 'token', name: textInput(jti, { name: 'jti', most: 512 }), moment: momentInput(until, 'until'), actor: actorInput(actor) }),
    revokeSubject: (subject, notBefore, actor) =>
      change({ type: 'subject', name: subjectInput(subject), moment: momentInput(notBefore, 'notBefore'), actor: actorInput(actor) }),
    isRevoked: (token, now) => watch.current().isRevoked(token, now),
    list: (page) => {
      const limit = pageLimit(page)
      const rows = list.all(numberCursor(page) ?? 0, limit + 1)
      const { items, next } = pageOf(rows, { limit, cursor: (row) => String(number(row, 'sequence')) })
      return { items: items.map(revocationOf), ...(next === undefined ? {} : { next }) }
    },
    end: () => watch.end(),
  }
}

function revocationOf(row: Row): Revocation {
  const name = text(row, 'name')
  const moment = number(row, 'moment')
  const at = number(row, 'at')
  return text(row, 'type') === 'token' ? { type: 'token', jti: name, until: moment, at } : { type: 'subject', subject: name, notBefore: moment, at }
}

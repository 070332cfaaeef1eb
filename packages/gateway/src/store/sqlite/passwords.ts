import { isPassword, passwordInput, userInput } from '../input.ts'
import { nameCursor, pageLimit, pageOf } from '../page.ts'
import { createPasswordCheck } from '../password-check.ts'
import type { PasswordStore } from '../store.ts'
import type { WorkQueue } from '../work-queue.ts'
import { actorInput } from './audit.ts'
import type { Context } from './context.ts'
import { number, text } from './row.ts'

export function createPasswords({ durable, audit, now, monotonic }: Context, queue: WorkQueue): PasswordStore {
  const check = createPasswordCheck({ queue, monotonic })
  const byName = durable.prepare('SELECT hash FROM passwords WHERE user = ?')
  const put = durable.prepare(
    'INSERT INTO passwords (user, hash, changed) VALUES (?, ?, ?) ON CONFLICT (user) DO UPDATE SET hash = excluded.hash, changed = excluded.changed',
  )
  const drop = durable.prepare('DELETE FROM passwords WHERE user = ?')
  const list = durable.prepare('SELECT user, changed FROM passwords WHERE user > ? ORDER BY user LIMIT ?')
  return {
    set: async (user, password, actor) => {
      const name = userInput(user)
      const by = actorInput(actor)
      const hash = await check.hash(passwordInput(password))
      await durable.write(() => {
        put.run(name, hash, now())
        audit.note({ actor: by, action: 'password.set', target: name, detail: {} })
      })
    },
    verify: async (user, password) => {
      // What cannot have been set takes as long as what was not: the time must not tell who exists.
      const row = isPassword(password) ? byName.get(user.normalize('NFC')) : undefined
      return check.verify(user, password, row === undefined ? undefined : text(row, 'hash'))
    },
    remove: (user, actor) => {
      const name = userInput(user)
      const by = actorInput(actor)
      return durable.write(() => {
        if (drop.run(name) === 0) return false
        audit.note({ actor: by, action: 'password.remove', target: name, detail: {} })
        return true
      })
    },
    list: (page) => {
      const limit = pageLimit(page)
      const found = list.all(nameCursor(page) ?? '', limit + 1).map((row) => ({ user: text(row, 'user'), changed: number(row, 'changed') }))
      return pageOf(found, { limit, cursor: ({ user }) => user })
    },
  }
}

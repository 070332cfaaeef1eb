import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { followAudit } from '../../src/observe/audit-follow.ts'
import { openSqliteStore } from '../../src/store/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-follow-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('tells of each change from now on once, whoever made it', async () => {
  const path = join(folder, 'a.db')
  const [store, other] = [await openSqliteStore({ path }), await openSqliteStore({ path })]
  const actor = { subject: 'ada', via: 'cli' }
  await store.keys.create({ subject: 'before' }, actor)
  const told: string[] = []
  const errors: unknown[] = []
  const follower = await followAudit(store.audit, {
    onEntry: ({ detail }) => told.push(String(detail['subject'])),
    onError: (error) => errors.push(error),
    interval: 60,
  })
  await store.keys.create({ subject: 'one' }, actor)
  await other.keys.create({ subject: 'two' }, actor)
  await Promise.all([follower.catchUp(), follower.catchUp()])
  expect(told).toEqual(['one', 'two'])
  await other.keys.create({ subject: 'three' }, actor)
  await follower.close()
  expect(told).toEqual(['one', 'two', 'three'])
  await Promise.all([store.close(), other.close()])
  await follower.catchUp()
  expect(errors).toHaveLength(1)
})

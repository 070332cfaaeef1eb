import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createAuditWriter } from './audit.ts'
import { connect } from './connection.ts'
import { settleDigests } from './digest-key.ts'
import { loadDriver } from './driver.ts'
import { createFailures } from './failures.ts'
import { migrate } from './migrations.ts'

test('nobody fills the disk with names, and those that are blocked stay', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'failures-'))
  const connection = connect(await loadDriver(), join(directory, 'a.db'), { durability: 'normal', readOnly: false, patience: 1 })
  connection.exec('PRAGMA synchronous = OFF')
  migrate(connection)
  const now = () => 1_900_000_000
  const context = { durable: connection, swift: connection, digests: settleDigests(connection, undefined), audit: createAuditWriter(connection, now), now }
  const failures = createFailures({ ...context, monotonic: () => 0 }, { guessing: { failures: 2, block: 600, longest: 3600 }, most: 100 })
  await failures.record('password', 'ada', now())
  expect(await failures.record('password', 'ada', now())).toBe(600)
  for (let index = 0; index < 1022; index++) await failures.record('address', `192.0.2.${index}`, now() + index / 1000)
  expect(connection.prepare('SELECT count(*) AS n FROM failures').get()).toEqual({ n: 100 })
  expect(await failures.blockedFor('password', 'ada', now())).toBe(600)
  for (let index = 0; index < 256; index++) await failures.record('address', 'later', now() + 8000)
  expect(connection.prepare('SELECT count(*) AS n FROM failures').get()).toEqual({ n: 1 })
  connection.close()
  rmSync(directory, { recursive: true, force: true })
})

// What another process does with a store; `processes.ts` bundles and starts it. Answers are lines on standard output.
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { openSqliteStore, type Store } from '../../src/store/index.ts'
import { loadDriver } from '../../src/store/sqlite/driver.ts'

const ACTOR = { subject: 'cli:child', via: 'cli' }
const say = (...words: readonly (string | number)[]) => writeSync(1, `${words.join(' ')}\n`)

/** Changes and acknowledges, until it is killed. */
async function write(store: Store): Promise<void> {
  for (let index = 0; index < 1_000_000; index++) {
    const name = `${process.pid}-${index}`
    const { key, record } = await store.keys.create({ subject: name }, ACTOR)
    say('key', key)
    await store.revocations.revokeToken(name, 4_000_000_000, ACTOR)
    say('token', name)
    if (index % 3 === 0) {
      await store.keys.revoke(record.id, ACTOR)
      say('revoked', record.id)
    }
    store.decisions.add({ id: name, at: 0, method: 'GET', host: 'h', path: '/', outcome: 'allow', status: 200, config: 'c', steps: [] })
  }
}

/** Revokes one token for every line that comes in, and tells when it was committed. */
async function revoke(store: Store): Promise<void> {
  say('ready')
  for await (const jti of createInterface({ input: process.stdin })) {
    await store.revocations.revokeToken(jti, 4_000_000_000, ACTOR)
    say('committed', Date.now())
  }
  await store.close()
}

/** Holds the right to write until a line comes in. */
async function hold(path: string): Promise<void> {
  const { DatabaseSync } = await loadDriver()
  const database = new DatabaseSync(path, { readOnly: false })
  database.exec('BEGIN IMMEDIATE')
  say('held')
  for await (const _line of createInterface({ input: process.stdin })) break
  database.exec('ROLLBACK')
  database.close()
}

async function open(store: Store): Promise<void> {
  const { record } = await store.keys.create({ subject: 'child' }, ACTOR)
  say('opened', record.id)
  await store.close()
}

async function main(): Promise<void> {
  const [command = '', path = ''] = process.argv.slice(2)
  say('opening')
  try {
    if (command === 'hold') return await hold(path)
    const store = await openSqliteStore({ path })
    if (command === 'write') await write(store)
    else if (command === 'revoke') await revoke(store)
    else await open(store)
  } catch (error) {
    say('failed', error instanceof Error ? `${error.name}: ${error.message}` : String(error))
  }
}

await main()

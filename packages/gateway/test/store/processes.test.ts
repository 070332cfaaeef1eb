import { chmodSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createLocation, type Location } from './location.ts'
import { createProgram, rest, type Program } from './processes.ts'
import { openRaw } from './raw.ts'

const ACTOR = { subject: 'cli:root', via: 'cli' }

let program: Program
let location: Location

beforeAll(async () => {
  program = await createProgram()
})
afterAll(() => program.dispose())
beforeEach(() => {
  location = createLocation()
})
afterEach(() => location.dispose())

describe('a process that is killed', () => {
  test.each([1, 2, 3, 4, 5])('loses nothing that it acknowledged (round %i)', async () => {
    const child = program.start('write', location.path)
    const acknowledged: string[] = []
    const enough = 20 + Math.floor(Math.random() * 400)
    for await (const line of child.lines) {
      acknowledged.push(line)
      // Goes on reading: what was said until the kill took effect counts as well.
      if (acknowledged.length === enough) void setTimeout(Math.random() * 5).then(() => child.process.kill('SIGKILL'))
    }
    await child.ended
    expect(child.process.signalCode).toBe('SIGKILL')
    expect(acknowledged.length).toBeGreaterThanOrEqual(enough)

    const store = await location.open()
    const said = (word: string) => acknowledged.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []))
    const revoked = new Set(said('revoked'))
    for (const key of said('key')) {
      const id = key.slice(0, 14)
      // The last key may have been revoked without the word about it having come through.
      const last = key === said('key').at(-1)
      if (!last) expect((await store.keys.find(key, 1_900_000_000)) === undefined, id).toBe(revoked.has(id))
      expect((await store.keys.get(id))?.id).toBe(id)
    }
    for (const jti of said('token')) expect(store.revocations.isRevoked({ jti, subject: 'x' }, 1_900_000_000), jti).toBe(true)
    expect(await store.audit.verify()).toMatchObject({ intact: true })
    expect((await store.audit.list({ limit: 1 })).items).toHaveLength(1)
    await store.check()
  })
})

describe('a process whose files may not grow', () => {
  test('refuses the change that does not fit, says why, and keeps all that it acknowledged', async () => {
    const child = program.start('write', location.path, { fileLimit: 2000 })
    const said = await rest(child)
    expect(said.at(-1)).toMatch(
      /^failed StoreError: the store .*countersign\.db (cannot be read or written: the disk reports an error, or refuses to let a file grow; look at|cannot grow: the disk is full; make room)/,
    )
    const keys = said.flatMap((line) => (line.startsWith('key ') ? [line.slice(4)] : []))
    expect(keys.length).toBeGreaterThan(10)
    const store = await location.open()
    for (const key of keys) expect((await store.keys.get(key.slice(0, 14)))?.id).toBe(key.slice(0, 14))
    expect(await store.audit.verify()).toMatchObject({ intact: true })
    await store.keys.create({ subject: 'later' }, ACTOR)
  })
})

describe('several processes', () => {
  test('start on one new store at once', async () => {
    const children = [1, 2, 3].map(() => program.start('open', location.path))
    const said = (await Promise.all(children.map(rest))).flat()
    expect(said.map((line) => line.split(' ')[0])).toEqual(['opening', 'opened', 'opening', 'opened', 'opening', 'opened'])
    const store = await location.open()
    expect((await store.keys.list()).items).toHaveLength(3)
    expect(await store.audit.verify()).toEqual({ intact: true, entries: 3 })
  })

  test('that all wait to bring it up to date do so once', async () => {
    const empty = await location.open()
    await empty.close()
    rmSync(location.path)
    rmSync(`${location.path}.key`)
    const raw = await openRaw(location.path)
    raw.exec('PRAGMA journal_mode = WAL; BEGIN IMMEDIATE')
    const children = [1, 2, 3].map(() => program.start('open', location.path))
    for (const child of children) expect((await child.lines.next()).value).toBe('opening')
    // They have seen an empty database by then, and wait for the lock; that they wait cannot be seen from outside.
    await setTimeout(300)
    raw.exec('ROLLBACK')
    raw.close()
    const said = (await Promise.all(children.map(rest))).flat()
    expect(said.map((line) => line.split(' ')[0])).toEqual(['opened', 'opened', 'opened'])
    expect((await (await location.open()).keys.list()).items).toHaveLength(3)
  })

  test('write at once, and none is turned away', async () => {
    const children = [1, 2, 3].map(() => program.start('revoke', location.path))
    for (const child of children) expect([(await child.lines.next()).value, (await child.lines.next()).value]).toEqual(['opening', 'ready'])
    for (const [number, child] of children.entries()) {
      child.process.stdin.end(Array.from({ length: 100 }, (_none, index) => `t${number}-${index}\n`).join(''))
    }
    const said = (await Promise.all(children.map(rest))).flat()
    expect(said.filter((line) => line.startsWith('committed '))).toHaveLength(300)
    const store = await location.open()
    expect((await store.revocations.list({ limit: 1000 })).items).toHaveLength(300)
    expect(await store.audit.verify()).toEqual({ intact: true, entries: 300 })
  })

  test('one that holds the lock does not hold up another: it reads on, and its changes wait in order', async () => {
    const store = await location.open({ patience: 30 })
    const { key } = await store.keys.create({ subject: 'before' }, ACTOR)
    const holder = program.start('hold', location.path)
    expect([(await holder.lines.next()).value, (await holder.lines.next()).value]).toEqual(['opening', 'held'])
    const done: string[] = []
    const turns = [performance.now()]
    const change = async (subject: string): Promise<void> => {
      await store.keys.create({ subject }, ACTOR)
      done.push(subject)
    }
    const changes = ['a', 'b', 'c'].map(change)
    const password = Promise.resolve(store.failures.record('password', 'x', 1_900_000_000)).then(() => done.push('failure'))
    for (let turn = 0; turn < 20; turn++) {
      expect((await store.keys.find(key, 1_900_000_000))?.subject).toBe('before')
      expect(store.revocations.isRevoked({ jti: 'j', subject: 'before' }, 1_900_000_000)).toBe(false)
      await setTimeout(5)
      turns.push(performance.now())
    }
    expect(done).toEqual([])
    // Milliseconds; SQLite alone would wait for as long as patience lasts.
    expect(Math.max(...turns.slice(1).map((at, index) => at - (turns[index] ?? 0)))).toBeLessThan(1000)
    holder.process.stdin.end('let go\n')
    // Who comes last does not overtake those that pause between two attempts.
    await Promise.all([...changes, change('late'), password])
    expect(done.filter((name) => name !== 'failure')).toEqual(['a', 'b', 'c', 'late'])
    expect((await store.keys.list()).items.map(({ subject }) => subject)).toEqual(['before', 'a', 'b', 'c', 'late'])
    await holder.ended
  })

  test('one that never lets go of the lock is told of when patience ends, and nothing was changed', async () => {
    const store = await location.open({ patience: 0.2 })
    const holder = program.start('hold', location.path)
    expect([(await holder.lines.next()).value, (await holder.lines.next()).value]).toEqual(['opening', 'held'])
    const refused = await Promise.allSettled([1, 2, 3].map(() => Promise.resolve(store.keys.create({ subject: 'a' }, ACTOR))))
    expect(refused.map((one) => (one.status === 'rejected' ? String(one.reason) : one.status))).toEqual(
      Array.from({ length: 3 }, () => expect.stringMatching(/is locked by another process; find what holds it/)),
    )
    holder.process.stdin.end('let go\n')
    await holder.ended
    expect((await store.keys.list()).items).toEqual([])
    await store.keys.create({ subject: 'later' }, ACTOR)
  })

  test('a revocation by one is known to another within a second', async () => {
    const store = await location.open()
    const child = program.start('revoke', location.path)
    expect([(await child.lines.next()).value, (await child.lines.next()).value]).toEqual(['opening', 'ready'])
    const delays: number[] = []
    for (let round = 0; round < 5; round++) {
      child.process.stdin.write(`t${round}\n`)
      const committed = child.lines.next()
      await expect.poll(() => store.revocations.isRevoked({ jti: `t${round}`, subject: 'x' }, 1_900_000_000), { timeout: 3000, interval: 5 }).toBe(true)
      const known = Date.now()
      delays.push(known - Number(String((await committed).value).split(' ')[1]))
    }
    child.process.stdin.end()
    await child.ended
    expect(Math.max(...delays)).toBeLessThan(1000)
  })

  test('one that may not write there is told what to do, and makes nothing', async () => {
    const directory = join(location.directory, 'theirs')
    mkdirSync(directory)
    chmodSync(location.directory, 0o755)
    chmodSync(directory, 0o555)
    // Root may write anywhere, so it sends somebody else (65534 is `nobody`).
    const child = program.start('open', join(directory, 'a.db'), process.getuid?.() === 0 ? { uid: 65_534 } : {})
    const said = (await rest(child)).at(-1)
    expect(said).toMatch(/^failed StoreError: cannot create the store .*theirs\/a\.db: this account may not; give it the right/)
    chmodSync(directory, 0o755)
  })

  test('one that may only read the files is told what to do', async () => {
    await (await location.open()).close()
    chmodSync(location.directory, 0o755)
    chmodSync(dirname(location.path), 0o755)
    chmodSync(location.path, 0o644)
    if (process.getuid?.() !== 0) chmodSync(location.path, 0o444)
    const child = program.start('open', location.path, process.getuid?.() === 0 ? { uid: 65_534 } : {})
    const said = (await rest(child)).at(-1)
    expect(said).toMatch(/^failed StoreError: the store .*countersign\.db (cannot be written; give this account the right|cannot be opened; the directory)/)
    expect(statSync(location.path).size).toBeGreaterThan(0)
  })
})

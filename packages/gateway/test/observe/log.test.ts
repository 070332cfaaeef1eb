import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createLog, type Log, type LogOptions } from '../../src/observe/log.ts'
import { runBundled } from './bundled.ts'
import { allowed, CHALLENGED, DENIED, refused } from './ended.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-log-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function linesOf(use: (log: Log) => void, options: Partial<LogOptions> = {}): Record<string, unknown>[] {
  const text: string[] = []
  use(createLog({ level: 'info', sampleAllowed: 1, to: { write: (line) => text.push(line) }, ...options }))
  return text.flatMap((chunk) => chunk.split('\n').filter((line) => line !== '')).map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('the line of a request', () => {
  it('has decision and exchange together, and the same members for all', () => {
    const [line] = linesOf((log) => log.exchange(refused(DENIED, 403), 'abc123abc123'))
    expect(line).toEqual({
      v: 1,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      level: 'warn',
      event: 'decision',
      msg: 'refused',
      request: 'r-1',
      method: 'GET',
      host: 'api.test',
      route: 'GET /orders/{id}',
      path: '/orders/42',
      client: '192.0.2.7',
      api: 'orders',
      outcome: 'forbid',
      status: 403,
      by: 'gateway',
      reason: 'role-missing',
      scheme: 'Bearer',
      required: 'role(admin)',
      source: 'openapi.yaml:12:7',
      decision: 'd-1',
      config: 'abc123abc123',
      duration: 0.012346,
      upstreamDuration: 0.01,
      bytesIn: 0,
      bytesOut: 42,
    })
  })

  it('never has the query, wherever the target hides it', () => {
    for (const target of ['/a?token=s3cret', '/a#token=s3cret', 'http://olga:s3cret@api.test/a?x', 'http://api.test?s3cret', '*?s3cret'])
      expect(JSON.stringify(linesOf((log) => log.exchange(allowed({ target }), 'c')))).not.toContain('s3cret')
  })

  it('is one line, whatever is in the path', () => {
    const [line, ...more] = linesOf((log) => log.exchange(allowed({ target: '/a\n{"v":1}\r\u001b[31m\u0000"\\\u009b\u2028' }), 'c'))
    expect(more).toEqual([])
    expect(line?.['path']).toBe('/a\n{"v":1}\r\u001b[31m\u0000"\\%9B\u2028')
  })

  it('bounds the path and the other texts of callers', () => {
    const [line] = linesOf((log) => log.exchange(allowed({ target: `/${'x'.repeat(9000)}`, host: 'h'.repeat(9000), method: 'M'.repeat(9000) }), 'c'))
    expect([line?.['path'], line?.['host'], line?.['method']].map((text) => String(text).length)).toEqual([2048, 256, 256])
  })

  it('prefers the configuration under which the request was judged', () => {
    const [line] = linesOf((log) => log.exchange(allowed({ config: 'old' }), 'new'))
    expect(line?.['config']).toBe('old')
  })
})

describe('what is left out', () => {
  const never = { sampleAllowed: 0.01, random: () => 0.5 }

  it('leaves out allowed requests as often as asked', () => {
    expect(linesOf((log) => log.exchange(allowed(), 'c'), never)).toEqual([])
    expect(linesOf((log) => log.exchange(allowed(), 'c'), { sampleAllowed: 0.01, random: () => 0.009 })).toHaveLength(1)
  })

  it('never leaves out a denial, not even at level error', () => {
    const denials = (log: Log): void => {
      log.exchange(refused(DENIED, 403), 'c')
      log.exchange(refused(CHALLENGED, 401), 'c')
      log.exchange(allowed({ outcome: 'no-route', report: { ...allowed().report, by: 'gateway', status: 404 } }), 'c')
    }
    expect(linesOf(denials, { ...never, level: 'error' })).toHaveLength(3)
  })

  it('never leaves out what the upstream refused or could not answer', () => {
    const troubles = [401, 403, 500].map((status) => allowed({ report: { ...allowed().report, status } }))
    const failed = allowed({ report: { ...allowed().report, status: 502, by: 'gateway', failure: 'connect' } })
    const lines = linesOf((log) => [...troubles, failed].forEach((about) => log.exchange(about, 'c')), never)
    expect(lines.map((line) => [line['status'], line['by'], line['level']])).toEqual([
      [401, 'upstream', 'warn'],
      [403, 'upstream', 'warn'],
      [500, 'upstream', 'warn'],
      [502, 'gateway', 'error'],
    ])
  })
})

describe('other lines', () => {
  it('tells of an error without its message', () => {
    const error = Object.assign(new RangeError('Bearer s3cret is no token'), { code: 'E_TOKEN' })
    const [line] = linesOf((log) => log.failure({ where: 'store', error }))
    expect(line).toMatchObject({
      event: 'failure',
      level: 'error',
      where: 'store',
      error: 'RangeError',
      code: 'E_TOKEN',
      at: expect.stringContaining('log.test.ts'),
    })
    expect(JSON.stringify(line)).not.toContain('s3cret')
  })

  it('tells of reloads, keys, start and stop', () => {
    const lines = linesOf((log) => {
      log.start({ address: '127.0.0.1', port: 8080, config: 'c', version: '0.1.0' })
      log.reload({ ok: false, hash: 'c', diagnostics: ['countersign.yaml:3:5 unknown key'] })
      log.reload({ ok: true, hash: 'd' })
      log.keys({ issuer: 'https://id.test', event: 'refreshed', keys: 2 })
      log.keys({ issuer: 'https://id.test', event: 'failed', error: new Error('secret=s3cret') })
      log.stop({ reason: 'SIGTERM', seconds: 1 })
    })
    expect(lines.map((line) => [line['event'], line['level']])).toEqual([
      ['start', 'info'],
      ['reload', 'error'],
      ['reload', 'info'],
      ['keys', 'info'],
      ['keys', 'warn'],
      ['stop', 'info'],
    ])
    expect(JSON.stringify(lines)).not.toContain('s3cret')
  })
})

describe('writing', () => {
  it('has written the line when the call returns', () => {
    const path = join(folder, 'log')
    const descriptor = openSync(path, 'a')
    const log = createLog({ level: 'info', sampleAllowed: 1, to: descriptor })
    log.exchange(refused(DENIED, 403), 'c')
    expect(readFileSync(path, 'utf8')).toMatch(/^\{.*"outcome":"forbid".*\}\n$/)
    log.flush()
    closeSync(descriptor)
  })

  it('holds lines about ordinary requests back, and never changes the order', () => {
    const path = join(folder, 'held-back')
    const descriptor = openSync(path, 'a')
    const log = createLog({ level: 'info', sampleAllowed: 1, to: descriptor })
    log.exchange(allowed(), 'c')
    expect(readFileSync(path, 'utf8')).toBe('')
    log.exchange(refused(DENIED, 403), 'c')
    log.exchange(allowed(), 'c')
    log.flush()
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { outcome: string }).outcome)).toEqual(['allow', 'forbid', 'allow'])
    closeSync(descriptor)
  })

  it('tells of a log that cannot be written, and goes on', () => {
    const log = createLog({ level: 'info', sampleAllowed: 1, to: openSync('/dev/full', 'a') })
    log.exchange(allowed(), 'c')
    for (let count = 0; count < 3; count += 1) expect(() => log.exchange(refused(DENIED, 403), 'c')).toThrow('ENOSPC')
  })

  it('loses no line about a request when the process exits at once', async () => {
    const program = `
import { createLog } from '@src/observe/log.ts'
import { allowed } from '@src/../test/observe/ended.ts'
const log = createLog({ level: 'info', sampleAllowed: 1, to: 1 })
for (let count = 0; count < 5000; count += 1) log.exchange(allowed(), 'c')
process.exit(0)`
    expect((await runBundled(program)).trimEnd().split('\n')).toHaveLength(5000)
  })

  it('loses nothing when the process exits at once, into a pipe', async () => {
    const program = `
import { createLog } from '@src/observe/log.ts'
const log = createLog({ level: 'info', sampleAllowed: 1, to: 1 })
for (let count = 0; count < 5000; count += 1) log.failure({ where: 'here', detail: 'x'.repeat(100) })
process.exit(0)`
    const lines = (await runBundled(program)).trimEnd().split('\n')
    expect(lines).toHaveLength(5000)
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ event: 'failure', where: 'here' })
  })
})

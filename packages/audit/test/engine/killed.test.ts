import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runAudit } from '../../src/audit.ts'
import { objectsLeft, type Recorded } from '../../src/journal/journal.ts'
import { startTarget, type Target } from '../target/index.ts'
import { CASES, personasFrom, throwing, type Orders } from './child.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-killed-'))
const program = join(folder, 'child.mjs')

beforeAll(async () => {
  const build = await rolldown({
    input: join(import.meta.dirname, 'child.ts'),
    platform: 'node',
    resolve: { conditionNames: ['source', 'node', 'import'] },
    logLevel: 'silent',
  })
  await build.write({ file: program, format: 'esm', codeSplitting: false })
  await build.close()
})
afterAll(() => rmSync(folder, { recursive: true }))

async function ordersFor(target: Target, name: string): Promise<Orders> {
  const personas = await Promise.all(
    target.everyday.map(async (persona) => ({
      name: persona.name,
      caretaker: persona.caretaker,
      ...(persona.principal === undefined ? {} : { principal: persona.principal }),
      token: (await persona.credentials())?.value ?? '',
    })),
  )
  // Slow enough to be hit in the middle.
  return { config: { ...target.config, rate: 400, parallel: 1 }, journal: join(folder, `${name}.jsonl`), personas }
}

function linesOf(file: string): readonly Recorded[] {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Recorded]))
}

/** Starts a run and kills it as soon as its journal has what is waited for. */
async function killWhen(orders: Orders, due: (lines: readonly Recorded[]) => boolean): Promise<readonly Recorded[]> {
  const child = spawn(process.execPath, [program, JSON.stringify(orders)], { stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  for (let tries = 0; tries < 20_000 && child.exitCode === null && !due(linesOf(orders.journal)); tries += 1) await setTimeout(2)
  child.kill('SIGKILL')
  await ended
  expect(child.signalCode).toBe('SIGKILL')
  return linesOf(orders.journal)
}

function count(lines: readonly Recorded[], type: Recorded['type']): number {
  return lines.filter((line) => line.type === type).length
}

const POINTS: Readonly<Record<string, (lines: readonly Recorded[]) => boolean>> = {
  'before the first object is there': (lines) => count(lines, 'creating') === 1,
  'with some objects': (lines) => count(lines, 'created') === 3,
  'in the matrix': (lines) => count(lines, 'finished') > 10,
  'among cases that make and change': (lines) => lines.some((line) => line.type === 'sending' && line.method === 'PUT' && line.case.startsWith('THROWS')),
  'while it cleans up': (lines) => count(lines, 'removed') === 2,
}

test.each(Object.entries(POINTS))(
  'a run that is killed %s is cleaned up by the next one',
  async (point, due) => {
    const target = await startTarget()
    const before = target.stateHash()
    const orders = await ordersFor(target, point.replaceAll(' ', '-'))
    const lines = await killWhen(orders, due)
    const left = objectsLeft(lines).length
    expect([left > 0, lines.at(-1)?.type === 'end']).toEqual([true, false])
    const options = {
      config: { ...target.config, rate: 0 },
      personas: personasFrom(orders),
      checks: [throwing],
      mode: 'writes',
      journal: orders.journal,
    } as const
    await expect(runAudit(options)).rejects.toThrow(`did not end, and it may have left ${left} object`)
    await expect(runAudit({ ...options, mode: 'safe', unfinished: 'resume' })).rejects.toThrow('which the mode `safe` may not remove')
    const cleaned = await runAudit({ ...options, mode: 'safe', unfinished: 'resume', onlyCleanUp: true })
    expect([cleaned.leftovers, cleaned.exitCode, target.stateHash() === before]).toEqual([[], 0, true])
    expect(linesOf(orders.journal).at(-1)?.type).toBe('end')
    await target.close()
  },
  60_000,
)

test('a run that is killed goes on where it was: what is finished is not asked again, and nothing is left', async () => {
  const target = await startTarget()
  const before = target.stateHash()
  const orders = await ordersFor(target, 'goes-on')
  const cases = (lines: readonly Recorded[]): number => lines.filter((line) => line.type === 'finished' && line.case.startsWith('THROWS')).length
  // Results are kept at controls, every 50 requests.
  const lines = await killWhen(orders, (seen) => cases(seen) > 0)
  const done = cases(lines)
  expect(done).toBeLessThan(CASES)
  const options = {
    config: { ...target.config, rate: 0 },
    personas: personasFrom(orders),
    checks: [throwing],
    mode: 'writes',
    journal: orders.journal,
  } as const
  const report = await runAudit({ ...options, unfinished: 'resume' })
  const after = linesOf(orders.journal)
  const made = after.slice(lines.length).filter((line) => line.type === 'sending' && line.method === 'PUT' && line.case.startsWith('THROWS')).length
  expect([report.exitCode, report.incomplete, report.leftovers, target.stateHash() === before, made]).toEqual([0, undefined, [], true, CASES - done])
  await target.close()
}, 180_000)

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defectsIn, examine, loadSetup, type DefectName, type Diagnosis, type Examination } from '@countersign/gateway'
import { fixFor } from '../../src/doctor/fixes.ts'
import { join } from 'node:path'
import { isSkipped, PRINTED, type PROGRAMS } from './programs.ts'
import { BAD } from './bad-configurations.ts'
import { PLANTED, WHILE_DOWN, type Mistake } from './planted-defects.ts'
import { startBehind, type Behind } from './site.ts'

const READER: NonNullable<Examination['caller']> = {
  persona: { name: 'reader', config: { scheme: 'bearer', subject: 'reader', roles: [], scopes: [] } },
  fields: [['Authorization', 'Bearer readertoken']],
}

/** What a doctor is told about a proxy in front of the site. */
async function about({ site, port }: Behind, more: Partial<Examination> = {}): Promise<Examination> {
  const { setup } = await loadSetup(join(site.folder, 'countersign.yaml'), {})
  if (setup === undefined) throw new Error('the configuration of the site cannot be read')
  return { ...setup, url: new URL(`http://127.0.0.1:${port}/`), caller: READER, echo: '/echo', ...more }
}

describe.each(PRINTED)('a doctor looks at %s with the printed configuration', (name, program) => {
  if (isSkipped(program)) return
  let behind: Behind
  beforeAll(async () => {
    behind = await startBehind(name, program)
  })
  afterAll(() => behind.end())

  test('and finds nothing, neither with the gateway nor without it', async () => {
    const { tried, proxy } = await examine(await about(behind, { guess: true }))
    expect(tried.flatMap(({ defects }) => defects)).toEqual([])
    expect(tried.filter(({ skipped }) => skipped !== undefined)).toEqual([])
    expect(proxy).toBe(program === 'haproxy' ? undefined : program)
    await behind.site.gateway.close()
    expect((await examine(await about(behind, { stopped: true }))).tried.flatMap(({ defects }) => defects)).toEqual([])
  }, 60_000)
})

const NAMES = Object.keys(PLANTED) as readonly DefectName[]

interface Looks {
  readonly running: Diagnosis
  readonly stopped: Diagnosis
}

/** Starts a proxy with mistakes, looks at it with the gateway and without, and ends it. */
async function look(program: keyof typeof PROGRAMS, mistake: Mistake, which: 'running' | 'stopped' | 'both' = 'both'): Promise<Looks> {
  const behind = await startBehind(program, program, {
    change: (told, { gateway, application }, proxy) =>
      mistake(told, { proxy, decisions: gateway.forwardAddress?.port ?? 0, gateway: gateway.address?.port ?? 0, application }),
  })
  // HAProxy does not say that it is one.
  const named: Partial<Examination> = program === 'haproxy' ? { proxy: 'haproxy' } : {}
  const none: Diagnosis = { url: '', requests: 0, tried: [] }
  try {
    const running = which === 'stopped' ? none : await examine(await about(behind, { guess: which === 'both', ...named }))
    if (which === 'running') return { running, stopped: none }
    await behind.site.gateway.close()
    return { running, stopped: await examine(await about(behind, { stopped: true, ...named })) }
  } finally {
    await behind.end()
  }
}

/** Every advice is for that proxy, and no general one. */
function expectFixes({ tried }: Diagnosis): void {
  for (const { fix, defect } of tried.flatMap(({ defects }) => defects)) expect([defect, fix]).not.toEqual([defect, fixFor(defect, undefined)])
}

describe.each(BAD)('a doctor looks at $name with mistakes', ({ name: program, write, defects, stopped }) => {
  if (isSkipped(program)) return
  let together: Looks
  beforeAll(async () => {
    together = await look(program, write)
  }, 60_000)

  test('and finds all of them together, and nothing else', () => {
    expect([defectsIn(together.running).toSorted(), defectsIn(together.stopped)]).toEqual([defects, stopped])
    expectFixes(together.running)
  })

  test.each(NAMES)(
    'and finds %s, or it cannot be there',
    async (defect) => {
      const plant = PLANTED[defect][program]
      if (plant === 'together') return expect([...defects, ...stopped]).toContain(defect)
      if ('never' in plant) return expect([...defects, ...stopped]).not.toContain(defect)
      const which = WHILE_DOWN.has(defect) ? 'stopped' : 'running'
      const { [which]: diagnosis } = await look(program, plant.alone, which)
      expect(defectsIn(diagnosis)).toContain(defect)
      return expectFixes(diagnosis)
    },
    60_000,
  )
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defectsIn, examine, loadSetup, type Examination } from '@countersign/gateway'
import { fixFor } from '../../src/doctor/fixes.ts'
import { join } from 'node:path'
import { isSkipped, PRINTED } from './programs.ts'
import { BAD } from './bad-configurations.ts'
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

describe.each(BAD)('a doctor looks at $name with mistakes', (bad) => {
  const { name: program } = bad
  if (isSkipped(program)) return
  // HAProxy does not say that it is one.
  const named: Partial<Examination> = program === 'haproxy' ? { proxy: 'haproxy' } : {}
  let behind: Behind
  beforeAll(async () => {
    behind = await startBehind(program, program, {
      change: (told, { gateway, application }, proxy) =>
        bad.write(told, { proxy, decisions: gateway.forwardAddress?.port ?? 0, gateway: gateway.address?.port ?? 0, application }),
    })
  })
  afterAll(() => behind.end())

  test('and finds each of them, with what mends it', async () => {
    const diagnosis = await examine(await about(behind, { guess: true, ...named }))
    expect(defectsIn(diagnosis).toSorted()).toEqual(bad.defects)
    for (const { fix, defect } of diagnosis.tried.flatMap(({ defects }) => defects)) expect([defect, fix]).not.toEqual([defect, fixFor(defect, undefined)])
  }, 60_000)

  test('and finds what it does without the gateway', async () => {
    await behind.site.gateway.close()
    const diagnosis = await examine(await about(behind, { stopped: true }))
    expect(defectsIn(diagnosis)).toEqual(bad.stopped)
  }, 60_000)
})

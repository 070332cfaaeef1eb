import { readFile } from 'node:fs/promises'
import { expect, it, onTestFinished } from 'vitest'
import { DOCUMENT, startTarget, type FaultName } from '../../audit/test/target/index.ts'
import { emptyWorld } from './world.ts'

/** The orders API of the auditor's own tests, with what a person would write about it. */
async function orders(...faults: readonly FaultName[]) {
  const target = await startTarget(...faults)
  onTestFinished(() => target.close())
  const world = await emptyWorld()
  const env: Record<string, string> = {}
  const personas: string[] = []
  for (const persona of target.everyday) {
    const { name, principal, caretaker } = persona
    env[name.toUpperCase()] = (await persona.credentials())?.value ?? ''
    const words = (list: readonly string[] = []) => `[${list.map((word) => `'${word}'`).join(', ')}]`
    personas.push(
      `  ${name}: { roles: ${words(principal?.roles)}, scopes: ${words(principal?.scopes)}, caretaker: ${caretaker}, bearer: { env: ${name.toUpperCase()} } }\n`,
    )
  }
  const about = `resources:
  - { item: '/orders/{id}', owner: customer, readers: support, editors: admin, objects: { alice: { id: order-alice }, bob: { id: order-bob } } }
`
  await world.write(
    'audit.yaml',
    `version: 1\ntarget: ${target.url}\nopenapi: ${DOCUMENT}\nrate: 0\nmaxRequests: 5000\npersonas:\n${personas.join('')}${about}`,
  )
  return { target, world, env }
}

it('writes, finds what only writing shows, and leaves everything as it was', async () => {
  const { target, world, env } = await orders('owner-forgotten-on-replace')
  const before = target.stateHash()
  const { code, out, err } = await world.run('audit --mode writes --output report', { env })
  expect([code, err]).toEqual([1, expect.stringMatching(/^Wrote \d+ files into /)])
  expect(out).toMatch(/BOLA-WRITE .*\(proven\)[^]*PUT \/orders\/\{id\}/)
  expect(target.stateHash()).toBe(before)
  // The journal ended, so that the next run begins without a word.
  expect(await readFile(world.path('.countersign-audit.jsonl'), 'utf8')).toMatch(/"type":"end"[^\n]*\n$/)
  for (const secret of Object.values(env))
    for (const file of ['report/report.html', 'report/report.sarif', '.countersign-audit.jsonl'])
      expect((await readFile(world.path(file), 'utf8')).includes(secret)).toBe(false)
}, 60_000)

import { expect, test } from 'vitest'
import { effectChecks } from '../../src/checks/effects/index.ts'
import { objectChecks } from '../../src/checks/objects/index.ts'
import type { Mode } from '../../src/rule.ts'
import { auditFaulty, countingIn } from '../target/audited.ts'
import type { FaultName } from '../target/index.ts'

const checks = [...objectChecks, ...effectChecks]

/** What must be found for a fault, and in which mode: the check, how sure, where and as whom. */
const FOUND: readonly (readonly [FaultName, Mode, string])[] = [
  ['owner-forgotten-on-read', 'safe', 'BOLA-READ proven GET /orders/{id} bob'],
  ['owner-forgotten-on-items', 'safe', 'BOLA-READ strong GET /orders/{id}/items bob'],
  ['owner-forgotten-on-item', 'writes', 'BOLA-READ proven GET /orders/{id}/items/{itemId} bob'],
  ['profile-owner-forgotten', 'safe', 'BOLA-SUBJECT-PATH proven GET /users/{id} bob'],
  ['list-unfiltered', 'safe', 'BOLA-LIST proven GET /orders bob'],
  ['owner-forgotten-on-replace', 'writes', 'BOLA-WRITE proven PUT /orders/{id} bob'],
  ['owner-forgotten-on-update', 'writes', 'BOLA-WRITE proven PATCH /orders/{id} bob'],
  ['owner-forgotten-on-update', 'writes', 'BOLA-VERB-GAP proven PATCH /orders/{id} bob'],
  ['owner-forgotten-on-delete', 'writes', 'BOLA-DELETE proven DELETE /orders/{id} bob'],
  ['owner-forgotten-on-item-delete', 'writes', 'BOLA-DELETE proven DELETE /orders/{id}/items/{itemId} bob'],
  ['update-takes-over', 'writes', 'BOLA-TAKEOVER proven PATCH /orders/{id} bob'],
  ['effect-in-spite-of-denial', 'writes', 'EFFECT-DENIED-BUT-DONE proven PUT /orders/{id} bob'],
  ['delete-in-spite-of-denial', 'writes', 'EFFECT-DENIED-BUT-DONE proven DELETE /orders/{id} bob'],
  ['misleading-success', 'writes', 'MISLEADING-2XX strong PUT /orders/{id} bob'],
]

test.each(FOUND)('%s is found in the mode %s: %s', async (fault, mode, line) => {
  const id = line.slice(0, line.indexOf(' '))
  const { report } = await auditFaulty(
    [fault],
    checks.filter(({ rule }) => rule.id === id),
    { mode },
  )
  expect(countingIn(report)).toContain(line)
})

test.each(['safe', 'writes', 'full'] as const)('without faults nothing is found in the mode %s, and the state is as before', async (mode) => {
  const { report, asBefore } = await auditFaulty([], checks, { mode })
  expect([countingIn(report), report.leftovers, asBefore]).toEqual([[], [], true])
})

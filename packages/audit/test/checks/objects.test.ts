import { expect, test } from 'vitest'
import { effectChecks } from '../../src/checks/effects/index.ts'
import { functionChecks } from '../../src/checks/functions/index.ts'
import { objectChecks } from '../../src/checks/objects/index.ts'
import type { Mode } from '../../src/rule.ts'
import { auditFaulty, countingIn } from '../target/audited.ts'
import type { FaultName } from '../target/index.ts'

const checks = [...objectChecks, ...functionChecks, ...effectChecks]

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
  ['wrong-parent', 'safe', 'BOLA-CHILD strong GET /orders/{id}/items/{itemId} bob'],
  ['wrong-parent', 'writes', 'BOLA-CHILD proven GET /orders/{id}/items/{itemId} bob'],
  ['filter-trusted', 'safe', 'BOLA-QUERY proven GET /orders bob'],
  ['header-trusted', 'safe', 'BOLA-HEADER proven GET /orders bob'],
  ['batch-trusted', 'writes', 'BOLA-BODY proven POST /orders/search bob'],
  ['owner-from-body-on-create', 'writes', 'BOLA-CREATE-FOR proven POST /orders bob'],
  ['tenant-from-path', 'safe', 'BOLA-TENANT proven GET /tenants/{tenant}/settings bob'],
  ['deleted-still-readable', 'writes', 'BOLA-STALE strong GET /orders/{id} alice'],
  ['etag-before-guard', 'safe', 'BOLA-INDIRECT proven GET /orders/{id} bob'],
  ['private-member-shown', 'safe', 'PROP-READ strong GET /orders/{id} alice'],
  ['mass-assignment', 'writes', 'PROP-WRITE proven PATCH /orders/{id} alice'],
  ['owner-from-body', 'writes', 'PROP-WRITE proven PUT /orders/{id} alice'],
  ['existence-leak', 'safe', 'EXIST-CODE strong GET /orders/{id} bob'],
  ['existence-leak-in-text', 'safe', 'EXIST-CODE strong GET /orders/{id} bob'],
  ['existence-leak-to-nobody', 'safe', 'EXIST-NOBODY strong GET /orders/{id} nobody'],
  ['create-in-spite-of-refusal', 'writes', 'EFFECT-FAILED-CREATE proven POST /orders alice'],
  ['reports-role-forgotten', 'safe', 'BFLA-ROLE strong GET /admin/reports bob'],
  ['reports-role-swapped', 'safe', 'BFLA-ROLE strong GET /admin/reports sam'],
  ['users-role-forgotten', 'safe', 'BFLA-ROLE strong GET /users alice'],
  ['create-role-forgotten', 'writes', 'BFLA-ROLE proven POST /orders sam'],
  ['scope-forgotten', 'safe', 'BFLA-SCOPE strong GET /scoped sam'],
  ['write-scope-forgotten', 'full', 'BFLA-SCOPE strong POST /scoped bob'],
  ['scope-overdone', 'safe', 'BFLA-SCOPE-EXTRA strong GET /scoped bob'],
  ['person-forgotten', 'full', 'BFLA-CLIENTTYPE strong POST /surveys robot'],
  ['locked-let-in', 'safe', 'BFLA-ACCOUNT-STATE strong GET /orders tess'],
  ['method-override', 'writes', 'BFLA-METHOD-OVERRIDE proven DELETE /orders/{id} sam'],
  ['hidden-read', 'safe', 'BFLA-HIDDEN strong POST /orders/search nobody'],
  ['old-version-open', 'safe', 'BFLA-OLDVERSION strong GET /orders nobody'],
  ['misleading-success', 'writes', 'MISLEADING-2XX strong PUT /orders/{id} bob'],
]

/** On a machine that may have much else to do. */
const LONG = 120_000

/** Faults that only personas show who are not of every day. */
const EVERYBODY: readonly FaultName[] = ['person-forgotten', 'locked-let-in']

test.each(FOUND)('%s is found in the mode %s: %s', { timeout: LONG }, async (fault, mode, line) => {
  const id = line.slice(0, line.indexOf(' '))
  const { report } = await auditFaulty(
    [fault],
    checks.filter(({ rule }) => rule.id === id),
    { mode, everybody: EVERYBODY.includes(fault) },
  )
  expect(countingIn(report)).toContain(line)
})

test.each(['safe', 'writes', 'full'] as const)(
  'without faults nothing is found in the mode %s, and the state is as before',
  { timeout: LONG },
  async (mode) => {
    const { report, asBefore } = await auditFaulty([], checks, { mode, everybody: true })
    expect([countingIn(report), report.leftovers, asBefore]).toEqual([[], [], true])
  },
)

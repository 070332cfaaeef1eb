import { afterAll, expect, test } from 'vitest'
import { checks } from '../../src/checks/index.ts'
import { auditTarget, countingIn } from '../target/audited.ts'
import { startTarget, type FaultName, type Target } from '../target/index.ts'

/** Which check must find which fault. */
const FOUND: Partial<Record<FaultName, string>> = {
  'reports-unguarded': 'AUTH-OPEN',
  'orders-list-unguarded': 'AUTH-OPEN',
  '403-for-401': 'AUTH-403-FOR-NOBODY',
  '404-for-401': 'AUTH-404-FOR-NOBODY',
  '400-for-401': 'AUTH-400-FOR-NOBODY',
  '500-for-401': 'AUTH-500-FOR-NOBODY',
  '200-for-401': 'AUTH-SOFT',
  'login-redirect': 'AUTH-REDIRECT',
  '401-for-403': 'DENY-401-FOR-KNOWN',
  'refusal-as-200': 'DENY-SOFT',
  'refusal-as-500': 'DENY-500',
  '400-for-403': 'DENY-400',
  '302-for-403': 'DENY-REDIRECT',
  '405-for-403': 'DENY-405',
  '410-for-404': 'DENY-DOC',
  '404-on-users': 'DENY-INCONSISTENT',
  'reason-dropped': 'DENY-403-NO-REASON',
  'roles-named': 'DENY-403-LEAKS',
  'owner-named': 'DENY-403-LEAKS',
  'trace-shown': 'CHAL-LEAK',
  'challenge-dropped': 'CHAL-MISSING',
  'challenge-unreadable': 'CHAL-SYNTAX',
  'challenge-of-another-scheme': 'CHAL-INAPPLICABLE',
  'challenge-undeclared': 'CHAL-UNDECLARED',
  'realm-dropped': 'CHAL-REALM',
  'realm-of-one-route': 'CHAL-INCONSISTENT',
  'scope-unnamed': 'CHAL-SCOPE',
  'scope-as-401': 'CHAL-SCOPE-401',
  'proxy-challenge': 'CHAL-407',
  'refusal-kept': 'CACHE-DENIAL',
  'refusal-unsaid': 'CACHE-DENIAL',
  'refusal-with-etag': 'ETAG-ON-DENIAL',
}

const running: Target[] = []

afterAll(async () => {
  for (const target of running) await target.close()
})

async function start(...faults: FaultName[]): Promise<Target> {
  const target = await startTarget(...faults)
  running.push(target)
  return target
}

test('the target without faults has no finding that counts', async () => {
  const target = await start()
  const { report, asBefore } = await auditTarget(target, { personas: Object.values(target.personas) })
  expect([countingIn(report), report.incomplete, asBefore]).toEqual([[], undefined, true])
})

test.each(Object.entries(FOUND))('the fault %s is found by %s', async (fault, id) => {
  const target = await start(fault as FaultName)
  const { report } = await auditTarget(target, { personas: Object.values(target.personas), checks: checks.filter(({ rule }) => rule.id === id) })
  expect([...new Set(countingIn(report).map((line) => line.split(' ')[0]))]).toEqual([id])
})

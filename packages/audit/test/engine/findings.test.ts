import { expect, test } from 'vitest'
import { acceptanceOn } from '../../src/findings/accept.ts'
import { exitCodeOf } from '../../src/findings/exit.ts'
import { groupFindings, groupUntested } from '../../src/findings/group.ts'
import type { Judged } from '../../src/findings/verdicts.ts'
import type { AuditOperation } from '../../src/operation.ts'
import type { Rule, Severity } from '../../src/rule.ts'
import type { Level } from '../../src/verdict.ts'

function rule(id: string, severity: Severity = 'high'): Rule {
  return { id, title: id, severity, why: 'Why.', fix: 'Fix.' }
}

function operation(key: string): AuditOperation {
  const [method = '', path = ''] = key.split(' ')
  const place = { file: 'api.yaml', line: 1, column: 1 }
  return { key, method, path, tags: [], requirement: { type: 'authenticated' }, declared: true, parameters: [], content: undefined, answers: [], place }
}

function wrong(id: string, key: string, { level = 'strong', cause = 'a', severity }: { level?: Level; cause?: string; severity?: Severity } = {}): Judged {
  const verdict = { level, message: 'm', expected: 'e', observed: 'o', evidence: [], cause, ...(severity === undefined ? {} : { severity }) }
  return { rule: rule(id), key, operation: operation(key), persona: 'bob', verdict }
}

const NONE = acceptanceOn('2026-11-24', { accepted: [] })

test('deviations of one rule with one cause are one finding, with its surest level; the worst come first', () => {
  const findings = groupFindings(
    [
      wrong('B', 'GET /a', { level: 'suspected' }),
      wrong('A', 'GET /a'),
      wrong('A', 'GET /b', { level: 'proven' }),
      wrong('A', 'GET /c', { cause: 'other' }),
      wrong('A', 'GET /d', { severity: 'critical' }),
      { rule: rule('A'), key: 'GET /e', persona: 'bob', verdict: { level: 'passed' } },
    ],
    NONE,
  )
  expect(findings.map(({ rule: { id }, level, severity, occurrences }) => [id, level, severity, occurrences.map(({ operation: key }) => key)])).toEqual([
    ['A', 'strong', 'critical', ['GET /d']],
    ['A', 'proven', 'high', ['GET /a', 'GET /b']],
    ['A', 'strong', 'high', ['GET /c']],
    ['B', 'suspected', 'high', ['GET /a']],
  ])
})

test('a fingerprint is the same in every order and for every persona of a kind, and differs by cause', () => {
  const [one] = groupFindings([wrong('A', 'GET /a'), wrong('A', 'GET /b')], NONE)
  const [again] = groupFindings([{ ...wrong('A', 'GET /b'), persona: 'eve' }, wrong('A', 'GET /a')], NONE)
  const [nobody] = groupFindings([{ ...wrong('A', 'GET /b'), persona: 'nobody' }, wrong('A', 'GET /a')], NONE)
  const [other] = groupFindings([wrong('A', 'GET /a', { cause: 'b' }), wrong('A', 'GET /b', { cause: 'b' })], NONE)
  expect([again?.fingerprint === one?.fingerprint, nobody?.fingerprint === one?.fingerprint, other?.fingerprint === one?.fingerprint]).toEqual([
    true,
    false,
    false,
  ])
})

test('what is accepted stands apart and does not count, to the end of its last day', () => {
  const accepted = [
    { check: 'A', operation: 'GET /a*', owner: 'team-a', reason: 'public on purpose', until: '2026-11-24' },
    { check: 'A', operation: '*', owner: 'team-b', reason: 'later', until: '2026-11-23' },
  ]
  const acceptance = acceptanceOn('2026-11-24', { accepted })
  const findings = groupFindings([wrong('A', 'GET /a/1'), wrong('A', 'GET /b'), wrong('B', 'GET /a')], acceptance)
  expect(findings.map(({ rule: { id }, accepted: by, occurrences }) => [id, by?.owner, occurrences[0].operation])).toEqual([
    ['A', 'team-a', 'GET /a/1'],
    ['A', undefined, 'GET /b'],
    ['B', undefined, 'GET /a'],
  ])
  expect(acceptance.expired).toEqual(['what team-b had accepted of A at `*` ended on 2026-11-23, so it counts again'])
  const failOn = { failOn: { level: 'strong', severity: 'medium' } } as const
  expect(exitCodeOf({ invalid: false, incomplete: false, findings: findings.slice(0, 1) }, failOn)).toBe(0)
})

test('exit codes: what keeps a result from meaning anything comes before the result', () => {
  const findings = groupFindings([wrong('A', 'GET /a'), wrong('B', 'GET /a', { level: 'suspected' })], NONE)
  const failOn = (level: Level, severity: Severity) => ({ failOn: { level, severity } })
  const code = (invalid: boolean, incomplete: boolean) => exitCodeOf({ invalid, incomplete, findings }, failOn('strong', 'medium'))
  expect([code(true, true), code(false, true), code(false, false)]).toEqual([3, 4, 1])
  const done = { invalid: false, incomplete: false }
  expect([
    exitCodeOf({ ...done, findings }, failOn('proven', 'low')),
    exitCodeOf({ ...done, findings }, failOn('strong', 'critical')),
    exitCodeOf({ ...done, findings: findings.slice(1) }, failOn('strong', 'low')),
    exitCodeOf({ ...done, findings: findings.slice(1) }, failOn('suspected', 'low')),
    exitCodeOf({ ...done, findings: [] }, failOn('suspected', 'info')),
  ]).toEqual([0, 0, 0, 1, 0])
})

test('equal reasons for what was not tested are one entry, with the first three cases', () => {
  const untested = (key: string, why: string): Judged => ({ rule: rule('A'), key, persona: 'bob', verdict: { level: 'not-tested', why } })
  expect(groupUntested([...['1', '2', '3', '4'].map((key) => untested(key, 'no object')), untested('5', 'no token')])).toEqual([
    { check: 'A', why: 'no object', level: 'not-tested', cases: 4, examples: ['1', '2', '3'] },
    { check: 'A', why: 'no token', level: 'not-tested', cases: 1, examples: ['5'] },
  ])
})

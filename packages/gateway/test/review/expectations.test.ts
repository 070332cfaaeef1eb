import { describe, expect, it } from 'vitest'
import { tryExpectations, triedJson, triedText } from '../../src/review/expectation-run.ts'
import { readExpectations } from '../../src/review/expectations.ts'
import { CONFIG, ORDERS, PERSONAS, policyOf } from './fixture.ts'

const policy = policyOf({ routes: ORDERS })

function read(text: string) {
  return readExpectations(text, '/etc/countersign.test.yaml', PERSONAS)
}

async function run(text: string) {
  const { expectations, diagnostics } = read(text)
  expect(diagnostics).toEqual([])
  return tryExpectations(expectations, policy, CONFIG)
}

const GOOD = `version: 1
expect:
  - { request: GET /orders/olga, as: anonymous, status: 401 }
  - { request: GET /orders/42, as: { subject: 42, scheme: bearer }, status: 200 }
  - { request: GET /health, status: 204 }
  - request: POST https://any.example/orders
    answers: { anonymous: 401, olga: 403, admin: 201 }
  - { request: DELETE /orders/1, as: { subject: x, scheme: bearer, roles: admin, loggedInFor: 10m }, status: 401, reason: assurance-too-low }
`

describe('expected answers', () => {
  it('are met', async () => {
    const tried = await run(GOOD)
    expect(tried.map(({ met }) => met)).toEqual([true, true, true, true, true, true, true])
    expect(triedText(tried)).toBe('7 expectations, all met.\n')
  })

  it('are told with their lines where they are not', async () => {
    const tried = await run(
      'version: 1\nexpect:\n  - request: POST /orders\n    answers:\n      anonymous: 401\n      olga: 200\n  - { request: GET /nothing, as: olga, status: 200 }\n',
    )
    expect(triedText(tried, { base: '/etc' })).toBe(`countersign.test.yaml:6:7: POST /orders as olga: 403 scope-missing instead of 200
    POST /orders asks for scope(orders:write) (countersign.yaml:4:5)
countersign.test.yaml:7:5: GET /nothing as olga: 404 instead of 200
    no path template of this API matches

3 expectations, 2 not met.
`)
    expect(JSON.parse(triedJson(tried, { base: '/etc' }))).toMatchObject({ met: false, results: [{ met: true }, { met: false, actual: { status: 403 } }, {}] })
  })

  it('are not met by another reason', async () => {
    const [tried] = await run('version: 1\nexpect: [{ request: GET /secrets, as: anonymous, status: 401, reason: token-expired }]\n')
    expect(tried?.met).toBe(false)
  })

  it('do not take a 2xx for a refusal, nor a refusal for a 2xx', async () => {
    const tried = await run('version: 1\nexpect:\n  - { request: GET /health, status: 404 }\n  - { request: GET /secrets, status: 200 }\n')
    expect(tried.map(({ met }) => met)).toEqual([false, false])
  })
})

describe('a table that cannot be read', () => {
  it.each([
    ['', 1, 1, 'the file is empty'],
    ['expect: []\n', 1, 1, '`version` is missing or not 1'],
    ['version: 2\nexpect: []\n', 1, 10, '`version` is missing or not 1'],
    ['version: 1\nexpekt: []\n', 2, 1, 'the file has no `expekt`'],
    ['version: 1\nexpect:\n  - { request: GET /a, stats: 200 }\n', 3, 24, 'an expectation has no `stats`'],
    ['version: 1\nexpect:\n  - { request: /a, status: 200 }\n', 3, 16, '`/a` is no request'],
    ['version: 1\nexpect:\n  - { request: GET /a }\n', 3, 5, '`status` is missing'],
    ['version: 1\nexpect:\n  - { request: GET /a, status: 99 }\n', 3, 32, '`99` is no status'],
    ['version: 1\nexpect:\n  - { request: GET /a, as: ogla, status: 200 }\n', 3, 28, 'the configuration has no persona `ogla`'],
    ['version: 1\nexpect:\n  - { request: GET /a, as: { subject: x }, status: 200 }\n', 3, 28, 'a persona has no `scheme`'],
    ['version: 1\nexpect:\n  - { request: GET /a, as: olga, answers: { olga: 200 } }\n', 3, 28, '`as` stands beside `answers`'],
    ['version: 1\nexpect:\n  - { request: GET /a, as: toString, status: 200 }\n', 3, 28, 'the configuration has no persona `toString`'],
  ])('%j: %i:%i %s', (text, line, column, message) => {
    const { diagnostics } = read(text)
    expect(diagnostics[0]).toMatchObject({ severity: 'error', message, place: { file: '/etc/countersign.test.yaml', line, column } })
  })

  it('has a hint and the line', () => {
    expect(read('version: 1\nexpect:\n  - { request: GET /a, as: ogla, status: 200 }\n').diagnostics).toMatchObject([
      { hint: '`olga` was probably meant', excerpt: '  - { request: GET /a, as: ogla, status: 200 }' },
    ])
  })

  it('says where the YAML is broken', () => {
    const { diagnostics, expectations } = read('version: 1\nexpect: [\n')
    expect(expectations).toEqual([])
    expect(diagnostics[0]).toMatchObject({ code: 'yaml-syntax', place: { line: 3 } })
  })
})

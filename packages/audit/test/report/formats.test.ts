import { readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { csvReport } from '../../src/report/csv.ts'
import { htmlReport } from '../../src/report/html.ts'
import { junitReport } from '../../src/report/junit.ts'
import { markdownReport } from '../../src/report/markdown.ts'
import type { RedactedReport } from '../../src/report/redact.ts'
import { testFiles } from '../../src/report/tests.ts'
import { jsonReport } from '../../src/report/json.ts'
import { reportSchema } from '../../src/report/schema.ts'
import { sarifReport } from '../../src/report/sarif.ts'
import { terminalReport } from '../../src/report/terminal.ts'
import { KEY, sample, TOKEN } from './sample.ts'

test('the terminal shows the matrix, findings, what was not tested, and the cost', () => {
  expect(terminalReport(sample(), { base: '/repository' })).toBe(`Orders at http://127.0.0.1:3000, mode safe
lena cannot be used: its credentials are refused: [secret of lena]

OPERATION         nobody  alice  lena
GET /orders/{id}  ag      g h
GET /reports      a!      dl
GET /logout       -       -

a asked for credentials, g granted, h hidden, d denied, l limited; ag: a was expected and g came; own object first, then that of somebody else; ! something about the answer is wrong; - not sent

2 findings:

HIGH AUTH-OPEN answers without credentials (proven) 01234567
  GET /orders/{id} as nobody: it answers with the order of alice
    expected 401 with a challenge, got 200; api/openapi.yaml:31:5
  Anybody who finds the address can read it.
  To do: Ask for credentials before the handler runs.

MEDIUM CHAL-MISSING 401 without a challenge (strong, unchanged, accepted by platform team until 2027-01-31) fedcba98
  GET /reports as nobody: the 401 has no challenge
    expected 401 with a challenge, got 401; api/openapi.yaml:47:5
  the description as document: nothing is said about it
    expected a challenge, got </script><script>alert(1)</script><img src=x onerror=alert(1)>"'\`\${x}&amp;·[2J·]]>·|,=cmd()··
  A client cannot know what to send.
  To do: Send WWW-Authenticate.

Not tested, and why:
  2 cells: never touched: it ends a session
  BOLA-READ, 3 cases: there is no second customer, such as GET /orders/{id} bob

Note: without a second user 3 cells stay untested
4 cells of 7 judged, 1,042 requests in 2.5 s
`)
})

test('a narrow terminal folds the columns, and colours say what the letters say', () => {
  const text = terminalReport(sample(), { width: 26, color: true })
  expect(text).toContain('\u001B[1mOPERATION\u001B[0m         \u001B[1mnobody\u001B[0m\nGET /orders/{id}  \u001B[31mag\u001B[0m\n')
  expect(text).toContain('\u001B[1mOPERATION\u001B[0m         \u001B[1malice\u001B[0m\nGET /orders/{id}  \u001B[32mg\u001B[0m \u001B[32mh\u001B[0m\n')
})

test('a clean run, a plan, and a run that stopped', () => {
  expect(terminalReport(sample({ findings: [] }))).toContain('Nothing wrong was found.')
  const plan = {
    requests: [{ persona: 'alice', line: `GET /a?key=${KEY}`, check: 'AUTH-OPEN', mode: 'safe' as const }],
    personas: { alice: 1 },
    modes: { safe: 1, writes: 1, full: 1 },
  }
  expect(terminalReport(sample({ plan, findings: [] }))).toContain(
    'Would be sent (safe 1, writes 1, full 1; by persona: alice 1):\n  safe    alice  GET /a?key=[secret of kiosk]  AUTH-OPEN\n',
  )
  const stopped = terminalReport(sample({ incomplete: 'the target is gone', leftovers: ['DELETE /orders/7'] }))
  expect(stopped).toContain('Left behind, to be removed by hand:\n  DELETE /orders/7\nThe run did not come to its end: the target is gone\n')
})

describe('JSON', () => {
  const validate = new Ajv({ strict: false }).compile(reportSchema)

  test('keeps its published schema', async () => {
    const plan = {
      requests: [{ persona: 'alice', line: 'GET /a', check: 'AUTH-OPEN', mode: 'safe' as const }],
      personas: { alice: 1 },
      modes: { safe: 1, writes: 1, full: 1 },
    }
    for (const report of [sample(), sample({ plan, incomplete: 'gone' })])
      expect([validate(JSON.parse(jsonReport(report))), validate.errors]).toEqual([true, null])
    const published = await readFile(new URL('../../schema/report.schema.json', import.meta.url), 'utf8')
    expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(reportSchema)))
  })

  test('the schema refuses what is no report', () => {
    for (const wrong of [{}, { ...JSON.parse(jsonReport(sample())), exitCode: 5 }, { ...JSON.parse(jsonReport(sample())), findings: [{}] }])
      expect(validate(wrong)).toBe(false)
  })
})

describe('SARIF', () => {
  test('keeps the official schema', async () => {
    // Draft 4, which differs from draft 7 in the name of `$id` alone as far as it is used there.
    const { $schema: _, id: __, ...schema } = JSON.parse(await readFile(new URL('sarif-2.1.0.schema.json', import.meta.url), 'utf8')) as Record<string, unknown>
    const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema)
    expect([validate(JSON.parse(sarifReport(sample(), { base: '/repository' }))), validate.errors]).toEqual([true, null])
    expect(validate(JSON.parse(sarifReport(sample()).replace('"results"', '"reslts"')))).toBe(false)
  })

  test('points at the operation in the description and says the same place in every run', () => {
    const log = JSON.parse(sarifReport(sample(), { base: '/repository' })) as {
      runs: [{ results: Record<string, unknown>[]; tool: { driver: { rules: object[] } } }]
    }
    const [{ results, tool }] = log.runs
    expect(results[0]).toMatchObject({
      ruleId: 'AUTH-OPEN',
      ruleIndex: 0,
      level: 'error',
      message: { text: 'it answers with the order of alice (expected 401 with a challenge, got 200; as nobody)' },
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: 'api/openapi.yaml' }, region: { startLine: 31, startColumn: 5 } },
          logicalLocations: [{ fullyQualifiedName: 'GET /orders/{id}', kind: 'resource' }],
        },
      ],
      partialFingerprints: { 'countersignAudit/v1': 'AUTH-OPEN GET /orders/{id} nobody' },
      webResponse: { statusCode: 200, headers: { 'Set-Cookie': 'sid=[redacted]; HttpOnly, theme=[redacted]' } },
    })
    expect(results[1]).toMatchObject({
      baselineState: 'unchanged',
      suppressions: [{ kind: 'external', status: 'accepted', justification: 'platform team: the shop reads the status alone' }],
    })
    expect(results[2]).toMatchObject({ locations: [{ physicalLocation: { region: { startLine: 1 } } }] })
    expect(tool.driver.rules[0]).toMatchObject({
      id: 'AUTH-OPEN',
      help: { text: 'Anybody who finds the address can read it. Ask for credentials before the handler runs. (RFC 9110 section 15.5.2)' },
      properties: { tags: ['security', 'external/cwe/cwe-306', 'external/owasp/API2:2023'], 'security-severity': '8.0' },
    })
  })
})

const FORMATS = {
  terminal: terminalReport,
  json: jsonReport,
  sarif: sarifReport,
  html: htmlReport,
  junit: junitReport,
  markdown: markdownReport,
  csv: csvReport,
  tests: (report: RedactedReport) =>
    testFiles(report)
      .map(({ text }) => text)
      .join(''),
}

test.each(Object.entries(FORMATS))('%s has no secret, whatever the contents are shown like', (_name, write) => {
  for (const fullBodies of [false, true]) {
    const text = write(sample({}, { fullBodies }))
    for (const secret of [TOKEN, KEY, 'correct horse', 's3cr3t']) expect(text).not.toContain(secret)
  }
})

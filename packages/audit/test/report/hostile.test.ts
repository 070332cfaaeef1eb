import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditResponse } from '../../src/exchange.ts'
import { csvReport } from '../../src/report/csv.ts'
import { curlCommand } from '../../src/report/curl.ts'
import { htmlReport } from '../../src/report/html.ts'
import { junitReport } from '../../src/report/junit.ts'
import { markdownReport } from '../../src/report/markdown.ts'
import { createRedactor } from '../../src/report/redact.ts'
import type { Finding, Report, ReportCell, ReportRow } from '../../src/report/report.ts'
import { testFiles } from '../../src/report/tests.ts'
import { stand, type Stand } from '../personas/stand.ts'
import { exchange, FINDINGS, HOSTILE, PLACE, REPORT, sample, SECRETS, TOKEN } from './sample.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-report-'))
})
afterAll(() => rm(folder, { recursive: true }))

const [ROW] = REPORT.rows as readonly [ReportRow]
const [CELL] = ROW.cells as readonly [ReportCell]

/** A report in which everything that a target or a document can say is hostile. */
function hostile(): Partial<Report> {
  const [open] = FINDINGS
  const occurrence = { ...open.occurrences[0], operation: HOSTILE, persona: HOSTILE, message: HOSTILE, observed: HOSTILE, place: { ...PLACE, file: HOSTILE } }
  return {
    api: { title: HOSTILE, file: HOSTILE },
    personas: [{ name: HOSTILE, usable: false, why: HOSTILE }],
    notes: [HOSTILE],
    leftovers: [HOSTILE],
    incomplete: HOSTILE,
    rows: [
      {
        operation: HOSTILE,
        place: PLACE,
        requirement: HOSTILE,
        declared: false,
        cells: [{ ...CELL, persona: HOSTILE, skipped: HOSTILE }],
      },
    ],
    findings: [{ ...open, accepted: { owner: HOSTILE, reason: HOSTILE }, occurrences: [occurrence] }],
    untested: [{ check: HOSTILE, why: HOSTILE, level: 'inconclusive', cases: 1, examples: [HOSTILE] }],
  }
}

const TAG = /<\/?[a-z0-9!]+(?: [a-z-]+(?:="[^"<>]*")?)*>/g

function tagsIn(markup: string): readonly string[] {
  return markup.match(TAG) ?? []
}

describe('HTML', () => {
  const page = htmlReport(sample(hostile(), { fullBodies: true }))

  test('has no markup of the target: only elements and attributes of ours', () => {
    const markup = page.replace(/<style>[^]*?<\/style>/, '').replace(/<script>[^]*<\/script>/, '')
    const tags = [...markup.matchAll(/<\/?([^\s>/]+)/g)].map(([, name]) => name ?? '')
    const ours =
      '!doctype html head meta title body h1 h2 h3 h4 p br label select option table thead tbody tr th td small span a section strong details summary div pre button ul li'
    expect([...new Set(tags)].filter((name) => !ours.split(' ').includes(name))).toEqual([])
    // What is left after taking out every tag with well-formed attributes has no angle brackets and no quotes.
    const rest = markup.replaceAll(TAG, '')
    expect(rest.match(/[<>"]/g)).toBeNull()
    const attributes = tagsIn(markup).flatMap((tag) =>
      [...tag.matchAll(/ ([a-z-]+)(?:="([^"]*)")?/g)].map(([, name = '', value = '']) => [name, value] as const),
    )
    const known = 'html lang charset http-equiv content name scope data-persona id class title href value type'
    expect([...new Set(attributes.map(([name]) => name))].filter((name) => !known.split(' ').includes(name))).toEqual([])
    expect(attributes.filter(([name, value]) => name === 'href' && !/^#f\d+-\d+$/.test(value))).toEqual([])
  })

  test('needs nothing from outside, and its policy lets only its own script and style run', () => {
    expect(page.slice(page.indexOf('<style>'), page.indexOf('</style>'))).not.toMatch(/url\(|@import/)
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]
    const hash = (text = '') => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
    const [script, style] = [/<script>([^]*)<\/script>/.exec(page)?.[1], /<style>([^]*?)<\/style>/.exec(page)?.[1]]
    expect(policy).toBe(`default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`)
    expect(page.match(/<script/g)).toHaveLength(1)
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<style'))
  })

  test('leads from a wrong cell to both exchanges, and has the request as curl', () => {
    const plain = htmlReport(sample())
    expect(plain).toContain('<a href="#f0-0"><span class="wrong" title="foreign object: expected 401 (denied-auth, declared), got 200 (granted)">ag</span></a>')
    const [, details = ''] = /<details id="f0-0"[^>]*>([^]*?)<\/details>/.exec(plain) ?? []
    expect(details).toContain('<h4>as alice, 3.2 ms</h4><pre>GET /orders/1?page=2\nAuthorization: Bearer [secret of alice]\n</pre>')
    expect(details).toContain(
      'curl -i --path-as-is -X &#39;GET&#39; &#39;http://127.0.0.1:3000/orders/1?page=2&#39; -H &#39;Authorization: Bearer &#39;&quot;$ALICE_SECRET&quot;&#39;&#39;',
    )
    expect(details).toContain('<h4>as nobody, 3.2 ms</h4>')
  })
})

test('JUnit is XML, whatever the target says, with a suite for each persona', () => {
  for (const text of [junitReport(sample()), junitReport(sample(hostile()))]) {
    const open: string[] = []
    const rest = text.replaceAll(
      /<(\/?)([a-z?]+)((?: [a-z]+="[^"<&]*(?:&(?:amp|lt|gt|quot|apos|#10);[^"<&]*)*")*)( ?\??\/?)>/g,
      (_whole, ...[end, name, , close]: string[]) => {
        if (end === '/') expect(open.pop()).toBe(name)
        else if (close === '' && name !== undefined) open.push(name)
        return ''
      },
    )
    expect([open, rest.replaceAll(/&(?:amp|lt|gt|quot|apos|#10);/g, '').match(/[<>&\u0000]/g)]).toEqual([[], null])
  }
  const text = junitReport(sample())
  expect([...text.matchAll(/<testsuite name="([^"]*)" ([^>]*) timestamp/g)].map(([, name, counts]) => `${name}: ${counts}`)).toEqual([
    'nobody: tests="5" failures="1" errors="0" skipped="2"',
    'alice: tests="4" failures="0" errors="0" skipped="1"',
    'document: tests="1" failures="0" errors="0" skipped="1"',
    'not tested: tests="1" failures="0" errors="0" skipped="1"',
  ])
  expect(text).toContain('<testcase classname="AUTH-OPEN" name="GET /orders/{id} answers without credentials"><failure type="high proven"')
  expect(text).toContain('<skipped message="expected 401, not sent: never touched: it ends a session"/>')
})

test('Markdown has no tags, no mentions and no cells of the target', () => {
  const text = markdownReport(sample(hostile()))
  expect(text.replaceAll(/`[^`\n]*`/g, '')).not.toMatch(/[<>@]|\u001B|\u202E/)
  for (const line of text
    .split('\n')
    .filter((one) => one.startsWith('| '))
    .slice(1))
    expect(line.replaceAll('\\|', '').split('|')).toHaveLength(4)
  expect(markdownReport(sample())).toContain('| `GET /orders/{id}` | **ag** | g h |  |\n| `GET /reports` | **a!** | dl |  |')
})

test('CSV has a line for each cell and no formulas', () => {
  expect(csvReport(sample()).split('\r\n').slice(0, 3)).toEqual([
    'operation,persona,object,expected,expected class,source,observed,observed class,wrong,not sent because,written in',
    'GET /orders/{id},nobody,foreign,401,denied-auth,declared,200,granted,true,,/repository/api/openapi.yaml:31:5',
    'GET /orders/{id},alice,own,200,granted,declared,200,granted,false,,/repository/api/openapi.yaml:31:5',
  ])
  const formulas = sample({ rows: ['=cmd()', '+1', '-1', '@sum', '\t=1'].map((operation) => ({ ...ROW, operation })) })
  expect(csvReport(formulas)).not.toMatch(/^[=+\-@\t]/m)
  expect(csvReport(sample(hostile())).split('\r\n')).toHaveLength(3)
})

describe('what can be run', () => {
  const running: Stand[] = []
  afterAll(async () => {
    for (const one of running) await one.close()
  })

  async function api(answer: { status: number; fields?: Record<string, string> }): Promise<Stand> {
    const started = await stand((_seen, response) => void response.writeHead(answer.status, answer.fields ?? {}).end('{}'))
    running.push(started)
    return started
  }

  /** Runs a program and gives what it ended with. */
  const run = (program: string, args: readonly string[], env: Record<string, string> = {}): Promise<{ code: unknown; out: string }> =>
    new Promise((resolve) => {
      // NODE_TEST_CONTEXT would make an inner test runner speak to the one that runs this.
      const { NODE_TEST_CONTEXT: _, ...outer } = process.env
      execFile(program, args, { env: { ...outer, ...env } }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : error.code, out: stdout + stderr }),
      )
    })

  test('a curl line sends the same request, with the secret of the environment, and nothing of it is read by the shell', async () => {
    const { url, seen } = await api({ status: 200 })
    const nasty = `$(touch ${folder}/owned) \`id\` 'quoted' "double" \\ !history`
    const redacted = createRedactor({ secrets: SECRETS }).exchange(
      exchange(
        'alice',
        [
          ['Authorization', `Bearer ${TOKEN}`],
          ['X-Note', nasty],
          ['Content-Type', 'text/plain'],
          ['X-Empty', ''],
        ],
        '',
        { target: `/a/../b/%2e?q='x'`, sent: `${nasty} ${TOKEN}` },
      ),
    )
    const { code } = await run('sh', ['-c', curlCommand(redacted, url)], { ALICE_SECRET: TOKEN })
    expect(code).toBe(0)
    expect(seen.map(({ line, fields, body }) => [line, fields.authorization, fields['x-note'], fields['x-empty'], body])).toEqual([
      [`POST /a/../b/%2e?q='x'`, `Bearer ${TOKEN}`, nasty, '', `${nasty} ${TOKEN}`],
    ])
    expect((await run('ls', [folder])).out).not.toContain('owned')
  })

  const response = (status: number, fields: AuditResponse['fields'] = []): AuditResponse => ({ status, fields, body: '', truncated: false })
  const request = {
    method: 'GET',
    target: '/orders/1',
    fields: [
      ['Authorization', `Bearer ${TOKEN}`],
      ['X-Note', HOSTILE.replaceAll(/[^ -~]/g, '')],
    ] as const,
  }
  const finding = (expected: string, answer: AuditResponse): Finding => ({
    ...FINDINGS[0],
    occurrences: [
      {
        operation: HOSTILE,
        persona: 'alice',
        message: 'x',
        expected,
        observed: String(answer.status),
        evidence: [{ request, persona: 'alice', duration: 1, response: answer }],
      },
    ],
  })

  test.each<[string, Finding, { status: number; fields?: Record<string, string> }, { status: number; fields?: Record<string, string> }]>([
    ['a status', finding('403', response(200)), { status: 200 }, { status: 403 }],
    ['a challenge', finding('401 with a challenge', response(401)), { status: 401 }, { status: 401, fields: { 'WWW-Authenticate': 'Bearer' } }],
    [
      'another answer',
      finding('no-store', response(200, [['Cache-Control', 'public']])),
      { status: 200, fields: { 'Cache-Control': 'public' } },
      { status: 200, fields: { 'Cache-Control': 'no-store' } },
    ],
  ])('a finding is a test that fails until it is mended: %s', async (_name, one, broken, mended) => {
    const [file] = testFiles(sample({ findings: [one] }))
    if (file === undefined) throw new TypeError('there is a test')
    expect(file.name).toBe('auth-open-01234567.test.mjs')
    const path = join(folder, file.name)
    await writeFile(path, file.text)
    const codes: unknown[] = []
    for (const answer of [broken, mended]) {
      const { url, seen } = await api(answer)
      const { code, out } = await run(process.execPath, ['--test', path], { TARGET: url, ALICE_SECRET: TOKEN })
      expect([seen[0]?.fields.authorization, out.includes('# tests 1') || out.includes('ℹ tests 1')]).toEqual([`Bearer ${TOKEN}`, true])
      codes.push(code)
    }
    expect(codes).toEqual([1, 0])
  })

  test('a request whose secret nobody knows is skipped, and a missing variable fails with its name', async () => {
    const [file] = testFiles(sample({ findings: [finding('403', response(200))] }))
    const path = join(folder, 'missing.test.mjs')
    await writeFile(path, file?.text ?? '')
    const missing = await run(process.execPath, ['--test', path], { TARGET: 'http://127.0.0.1:1' })
    expect([missing.code, missing.out.includes('the variable ALICE_SECRET is not set')]).toEqual([1, true])
    await writeFile(path, (file?.text ?? '').replaceAll('[secret of alice]', '[redacted]'))
    expect((await run(process.execPath, ['--test', path], { TARGET: 'http://127.0.0.1:1' })).code).toBe(0)
  })
})

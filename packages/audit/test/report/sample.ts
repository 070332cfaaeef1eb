import type { Exchange, FieldLines } from '../../src/exchange.ts'
import { redactReport, type RedactedReport, type RedactOptions } from '../../src/report/redact.ts'
import type { Finding, Report, ReportCell } from '../../src/report/report.ts'
import type { Rule } from '../../src/rule.ts'

export const TOKEN = `eyJhbGciOiJSUzI1NiJ9.${Buffer.from('{"sub":"alice"}').toString('base64url')}.c2lnbmF0dXJl`
export const KEY = 'kiosk-key-5Q2mYx8wRt'
export const SECRETS: RedactOptions['secrets'] = [
  ['alice', TOKEN],
  ['kiosk', KEY],
  ['lena', 'correct horse'],
  ['lena', Buffer.from('lena:correct horse').toString('base64')],
]

/** What a target writes that wants to harm whoever reads the report. */
export const HOSTILE = `</script><script>alert(1)</script><img src=x onerror=alert(1)>"'\`\${x}&amp;\u001B[2J\u202E]]>\u0000|,=cmd()\r\n`

const AUTH_OPEN: Rule = {
  id: 'AUTH-OPEN',
  title: 'answers without credentials',
  severity: 'high',
  cwe: [306],
  owasp: ['API2'],
  why: 'Anybody who finds the address can read it.',
  fix: 'Ask for credentials before the handler runs.',
  reference: 'RFC 9110 section 15.5.2',
}
const CHAL_MISSING: Rule = {
  id: 'CHAL-MISSING',
  title: '401 without a challenge',
  severity: 'medium',
  why: 'A client cannot know what to send.',
  fix: 'Send WWW-Authenticate.',
}

export const PLACE = { file: '/repository/api/openapi.yaml', line: 31, column: 5 }

export function exchange(
  persona: string,
  fields: FieldLines,
  body: string,
  more: { status?: number; target?: string; sent?: string; answered?: FieldLines } = {},
): Exchange {
  const { status = 200, target = '/orders/1?page=2', sent, answered = [['Content-Type', 'application/json']] } = more
  return {
    request: { method: sent === undefined ? 'GET' : 'POST', target, fields, ...(sent === undefined ? {} : { body: sent }) },
    persona,
    duration: 3.2,
    response: { status, fields: answered, body, truncated: false },
  }
}

const cell = (persona: string, expected: ReportCell['expected'], more: Partial<ReportCell> = {}): ReportCell => ({
  persona,
  relation: 'none',
  expected,
  wrong: false,
  ...more,
})
const GRANTED = { class: 'granted', status: 200, source: 'declared' } as const
const ASKED = { class: 'denied-auth', status: 401, source: 'declared' } as const
const HIDDEN = { class: 'hidden', status: 404, source: 'declared' } as const
const gets = (status: number, kind: NonNullable<ReportCell['observed']>['class'], wrong = false) => ({ observed: { class: kind, status }, wrong })

export const FINDINGS: readonly [Finding, Finding] = [
  {
    fingerprint: '0123456789abcdef0123456789abcdef',
    rule: AUTH_OPEN,
    level: 'proven',
    severity: 'high',
    occurrences: [
      {
        operation: 'GET /orders/{id}',
        persona: 'nobody',
        place: PLACE,
        message: 'it answers with the order of alice',
        expected: '401 with a challenge',
        observed: '200',
        evidence: [
          exchange(
            'alice',
            [['Authorization', `Bearer ${TOKEN}`]],
            JSON.stringify({ id: 1, note: 'no sugar', marker: 'aaaaaaaaaaaaaaaaaaaaaaaa', token: TOKEN }),
          ),
          exchange('nobody', [['X-Probe', HOSTILE]], HOSTILE, {
            answered: [
              ['Set-Cookie', 'sid=s3cr3t; HttpOnly'],
              ['Set-Cookie', 'theme=dark'],
              ['X-Note', HOSTILE],
            ],
          }),
        ],
      },
    ],
  },
  {
    fingerprint: 'fedcba9876543210fedcba9876543210',
    rule: CHAL_MISSING,
    level: 'strong',
    severity: 'medium',
    accepted: { owner: 'platform team', reason: 'the shop reads the status alone', until: '2027-01-31' },
    state: 'unchanged',
    occurrences: [
      {
        operation: 'GET /reports',
        persona: 'nobody',
        place: { ...PLACE, line: 47 },
        message: 'the 401 has no challenge',
        expected: '401 with a challenge',
        observed: '401',
        evidence: [exchange('nobody', [], '{"error":"no"}', { status: 401, target: '/reports' })],
      },
      { persona: 'document', message: 'nothing is said about it', expected: 'a challenge', observed: HOSTILE, evidence: [] },
    ],
  },
]

export const REPORT: Report = {
  tool: { name: 'countersign audit', version: '0.1.0' },
  target: 'http://127.0.0.1:3000',
  api: { title: 'Orders', file: PLACE.file },
  mode: 'safe',
  startedAt: '2026-11-24T12:00:00.000Z',
  seconds: 2.5,
  requests: 1042,
  personas: [
    { name: 'nobody', usable: true },
    { name: 'alice', usable: true },
    { name: 'lena', usable: false, why: 'its credentials are refused: correct horse' },
  ],
  notes: ['without a second user 3 cells stay untested'],
  rows: [
    {
      operation: 'GET /orders/{id}',
      place: PLACE,
      requirement: 'authenticated',
      declared: true,
      cells: [
        cell('nobody', ASKED, { relation: 'foreign', ...gets(200, 'granted', true) }),
        cell('alice', GRANTED, { relation: 'own', ...gets(200, 'granted') }),
        cell('alice', HIDDEN, { relation: 'foreign', ...gets(404, 'hidden') }),
      ],
    },
    {
      operation: 'GET /reports',
      place: { ...PLACE, line: 47 },
      requirement: 'role(admin)',
      declared: true,
      cells: [cell('nobody', ASKED, gets(401, 'denied-auth', true)), cell('alice', { ...GRANTED, class: 'denied-authz', status: 403 }, gets(429, 'limited'))],
    },
    {
      operation: 'GET /logout',
      place: { ...PLACE, line: 60 },
      requirement: 'authenticated',
      declared: false,
      cells: [cell('nobody', ASKED, { skipped: 'never touched: it ends a session' }), cell('alice', GRANTED, { skipped: 'never touched: it ends a session' })],
    },
  ],
  findings: FINDINGS,
  untested: [{ check: 'BOLA-READ', why: 'there is no second customer', level: 'not-tested', cases: 3, examples: ['GET /orders/{id} bob'] }],
  coverage: { judged: 4, total: 7 },
  leftovers: [],
  exitCode: 1,
}

export function sample(more: Partial<Report> = {}, options: Partial<RedactOptions> = {}): RedactedReport {
  return redactReport({ ...REPORT, ...more }, { secrets: SECRETS, ...options })
}

import { isAbsolute, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Place } from '@countersign/openapi'
import type { Exchange, FieldLines } from '../exchange.ts'
import type { Rule, Severity } from '../rule.ts'
import type { RedactedReport } from './redact.ts'
import type { Finding, Occurrence } from './report.ts'

export interface SarifOptions {
  /** The root of the repository: locations are written from there, as code scanning wants them. */
  readonly base?: string
}

/** Scores as code scanning reads them: from 9.0 critical, from 7.0 high, from 4.0 medium. */
const SCORES: Readonly<Record<Severity, string>> = { critical: '9.5', high: '8.0', medium: '5.5', low: '3.0', info: '0.0' }

/** Findings for code scanning (SARIF 2.1.0, OASIS): a rule for each check, a result for each place, with the requests that show it. */
export function sarifReport(report: RedactedReport, options: SarifOptions = {}): string {
  const rules = [...new Map(report.findings.map(({ rule }) => [rule.id, rule])).values()]
  const results = report.findings.flatMap((finding) =>
    finding.occurrences.map((occurrence) => resultOf(finding, occurrence, { report, options, index: rules.findIndex(({ id }) => id === finding.rule.id) })),
  )
  const run = {
    tool: { driver: { name: report.tool.name, version: report.tool.version, rules: rules.map(ruleOf) } },
    columnKind: 'utf16CodeUnits',
    invocations: [
      {
        executionSuccessful: report.incomplete === undefined && report.exitCode < 2,
        exitCode: report.exitCode,
        startTimeUtc: report.startedAt,
        ...(report.incomplete === undefined ? {} : { exitCodeDescription: report.incomplete }),
        toolExecutionNotifications: report.notes.map((text) => ({ level: 'note', message: { text } })),
      },
    ],
    properties: { coverage: report.coverage, requests: report.requests, mode: report.mode },
    results,
  }
  const $schema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'
  return `${JSON.stringify({ $schema, version: '2.1.0', runs: [run] }, null, 2)}\n`
}

function ruleOf({ id, title, severity, cwe = [], owasp = [], why, fix, reference }: Rule): object {
  const tags = ['security', ...cwe.map((number) => `external/cwe/cwe-${number}`), ...owasp.map((one) => `external/owasp/${one}:2023`)]
  const help = `${why} ${fix}${reference === undefined ? '' : ` (${reference})`}`
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: help },
    defaultConfiguration: { level: levelOf(severity) },
    properties: { tags, 'security-severity': SCORES[severity] },
  }
}

function levelOf(severity: Severity): 'error' | 'warning' | 'note' {
  if (severity === 'critical' || severity === 'high') return 'error'
  return severity === 'medium' ? 'warning' : 'note'
}

interface About {
  readonly report: RedactedReport
  readonly options: SarifOptions
  readonly index: number
}

function resultOf(finding: Finding, occurrence: Occurrence, { report, options, index }: About): object {
  const { rule, level, severity, accepted, state, fingerprint } = finding
  const { operation, persona, message, expected, observed, evidence, place } = occurrence
  const [request, response] = [evidence.at(-1), evidence.findLast((one) => one.response !== undefined)]
  const uri = place ?? { file: report.api.file, line: 1, column: 1 }
  return {
    ruleId: rule.id,
    ruleIndex: index,
    level: levelOf(severity),
    message: { text: `${message} (expected ${expected}, got ${observed}; as ${persona})` },
    locations: [
      {
        physicalLocation: locationOf(uri, options),
        ...(operation === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: operation, kind: 'resource' }] }),
      },
    ],
    partialFingerprints: { 'countersignAudit/v1': `${rule.id} ${operation ?? 'document'} ${persona === 'nobody' ? 'nobody' : 'somebody'}` },
    ...(state === undefined ? {} : { baselineState: state }),
    ...(accepted === undefined ? {} : { suppressions: [{ kind: 'external', status: 'accepted', justification: `${accepted.owner}: ${accepted.reason}` }] }),
    ...(request === undefined ? {} : { webRequest: webRequest(request, report.target) }),
    ...(response === undefined ? {} : { webResponse: webResponse(response) }),
    properties: { level, finding: fingerprint, persona, 'security-severity': SCORES[severity] },
  }
}

function locationOf({ file, line, column }: Place, { base }: SarifOptions): object {
  const near = base !== undefined && isAbsolute(file) ? relative(base, file) : file
  const isOutside = isAbsolute(near) || near.startsWith('..')
  // A relative path stays relative, to the root of the repository that is scanned (SARIF 2.1.0 section 3.4.3).
  const uri =
    isOutside && isAbsolute(file) ? pathToFileURL(file).href : near.replaceAll('\\', '/').replace(/^\.\//, '').split('/').map(encodeURIComponent).join('/')
  return { artifactLocation: { uri }, region: { startLine: line, startColumn: column } }
}

function webRequest({ request }: Exchange, target: string): object {
  const { method, target: path, fields, body } = request
  return {
    protocol: 'HTTP',
    version: '1.1',
    method,
    target: path.startsWith('/') ? new URL(target).origin + path : path,
    headers: headersOf(fields),
    ...(body === undefined ? {} : { body: { text: body } }),
  }
}

function webResponse({ response }: Exchange): object {
  if (response === undefined) return { noResponseReceived: true }
  const { status, fields, body } = response
  return { protocol: 'HTTP', version: '1.1', statusCode: status, headers: headersOf(fields), body: { text: body } }
}

/** Lines of one name become one, as an object has a name once. */
function headersOf(fields: FieldLines): Readonly<Record<string, string>> {
  const headers = new Map<string, string>()
  for (const [name, value] of fields) headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value)
  return Object.fromEntries(headers)
}

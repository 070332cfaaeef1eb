import { createHash } from 'node:crypto'
import type { AuditRequest, AuditResponse, Exchange, FieldLines } from '../exchange.ts'
import { cellText, LETTERS, lettersOf, MEANINGS, stateOf } from './cells.ts'
import { curlCommand } from './curl.ts'
import { SCRIPT, STYLE } from './html-assets.ts'
import { counted, printableLines } from './printable.ts'
import type { RedactedReport } from './redact.ts'
import type { Finding, Occurrence, ReportCell, ReportRow } from './report.ts'

/**
 * A report as one page that needs nothing else and talks to nobody.
 *
 * What the target wrote is text in it and nothing else: it is escaped, no script has any of it, and the policy of the page
 * lets only the two constants run that are hashed in it.
 */
export function htmlReport(report: RedactedReport): string {
  const policy = `default-src 'none'; script-src '${hashOf(SCRIPT)}'; style-src '${hashOf(STYLE)}'; base-uri 'none'; form-action 'none'`
  const { api, target, mode, startedAt, requests, seconds, coverage, notes, leftovers, incomplete } = report
  const about = `${counted(coverage.judged, 'cell')} of ${coverage.total} judged, ${counted(requests, 'request')} in ${seconds.toFixed(1)} s, mode ${mode}, ${startedAt}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(`Audit of ${api.title}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${text(api.title)}</h1>
<p>${text(target)}<br>${text(about)}</p>
${incomplete === undefined ? '' : `<p class="wrong">The run did not come to its end: ${text(incomplete)}</p>\n`}${filterOf(report)}
${matrixOf(report)}
<h2>${counted(report.findings.length, 'finding')}</h2>
${report.findings.map((finding, index) => findingOf(finding, index, report)).join('\n')}
${listOf('Left behind, to be removed by hand', leftovers)}${untestedOf(report)}${listOf('Notes', notes)}
<script>${SCRIPT}</script>
</body>
</html>
`
}

/** As a content security policy names a script or style that may stand in the page (CSP 3 section 2.3.1). */
function hashOf(source: string): string {
  return `sha256-${createHash('sha256').update(source).digest('base64')}`
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** A text that is no markup, in an element or in an attribute with quotes. */
function text(written: string): string {
  return printableLines(written).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

function filterOf({ personas }: RedactedReport): string {
  const options = personas.map(({ name, usable, why }) => `<option value="${text(name)}">${text(usable ? name : `${name}, refused: ${why ?? ''}`)}</option>`)
  return `<p><label>Persona <select id="persona"><option value="">all</option>${options.join('')}</select></label></p>`
}

function matrixOf(report: RedactedReport): string {
  const { rows, personas } = report
  const places = placesOf(report)
  const head = personas.map(({ name }) => `<th scope="col" data-persona="${text(name)}">${text(name)}</th>`)
  const body = rows.map((row) => {
    const cells = personas.map(
      ({ name }) =>
        `<td data-persona="${text(name)}">${row.cells
          .filter(({ persona }) => persona === name)
          .map((cell) => cellOf(row, cell, places))
          .join(' ')}</td>`,
    )
    return `<tr><th scope="row">${text(row.operation)}<small>${text(row.requirement)}${row.declared ? '' : ' (by default)'}</small></th>${cells.join('')}</tr>`
  })
  const legend = Object.entries(MEANINGS).map(([name, meaning]) => `${LETTERS[name as keyof typeof LETTERS]} ${meaning}`)
  return `<table><thead><tr><th scope="col">operation</th>${head.join('')}</tr></thead><tbody>
${body.join('\n')}
</tbody></table>
<p><small>${text(legend.join(', '))}; two letters: expected and seen; ! something about the answer is wrong; - not sent; own object first, then that of somebody else</small></p>`
}

/** Where in the page the evidence about an operation and a persona is. */
function placesOf({ findings }: RedactedReport): ReadonlyMap<string, string> {
  const places = new Map<string, string>()
  for (const [index, { occurrences }] of findings.entries())
    for (const [at, { operation = '', persona }] of occurrences.entries())
      if (!places.has(`${operation} ${persona}`)) places.set(`${operation} ${persona}`, idOf(index, at))
  return places
}

function idOf(finding: number, occurrence: number): string {
  return `f${finding}-${occurrence}`
}

function cellOf({ operation }: ReportRow, cell: ReportCell, places: ReadonlyMap<string, string>): string {
  const place = places.get(`${operation} ${cell.persona}`)
  const inside = `<span class="${stateOf(cell)}" title="${text(cellText(cell))}">${text(lettersOf(cell))}</span>`
  return cell.wrong && place !== undefined ? `<a href="#${place}">${inside}</a>` : inside
}

function findingOf({ rule, level, severity, accepted, state, occurrences }: Finding, index: number, report: RedactedReport): string {
  const about = [
    level,
    ...(state === undefined ? [] : [state]),
    ...(accepted === undefined ? [] : [`accepted by ${accepted.owner}: ${accepted.reason}${accepted.until === undefined ? '' : `, until ${accepted.until}`}`]),
  ]
  const more = [
    ...(rule.cwe ?? []).map((number) => `CWE-${number}`),
    ...(rule.owasp ?? []).map((one) => `OWASP ${one}:2023`),
    ...(rule.reference === undefined ? [] : [rule.reference]),
  ]
  return `<section class="${severity}"><h3>${text(`${severity}: ${rule.id} ${rule.title}`)}</h3>
<p>${text(about.join(', '))}${more.length === 0 ? '' : `<br><small>${text(more.join(', '))}</small>`}</p>
<p>${text(rule.why)} <strong>To do:</strong> ${text(rule.fix)}</p>
${occurrences.map((occurrence, at) => occurrenceOf(occurrence, idOf(index, at), report)).join('\n')}
</section>`
}

function occurrenceOf(
  { operation = 'the description', persona, message, expected, observed, evidence, place }: Occurrence,
  id: string,
  { target }: RedactedReport,
): string {
  const where = place === undefined ? '' : `<br><small>${text(`${place.file}:${place.line}:${place.column}`)}</small>`
  return `<details id="${id}" data-persona="${text(persona)}"><summary>${text(operation)} as ${text(persona)}: ${text(message)}</summary>
<p>expected ${text(expected)}, got ${text(observed)}${where}</p>
<div class="exchanges">${evidence.map((exchange) => exchangeOf(exchange, target)).join('')}</div></details>`
}

function exchangeOf(exchange: Exchange, target: string): string {
  const answer = exchange.response === undefined ? `no answer: ${exchange.failure}, ${exchange.detail}` : responseText(exchange.response)
  return `<div><h4>as ${text(exchange.persona)}, ${exchange.duration} ms</h4><pre>${text(requestText(exchange.request))}</pre><pre>${text(answer)}</pre>
<button type="button" class="copy">copy as curl</button><pre class="curl">${text(curlCommand(exchange, target))}</pre></div>`
}

function linesOf(fields: FieldLines): string {
  return fields.map(([name, value]) => `${name}: ${value.replaceAll(/[\r\n]/g, '·')}\n`).join('')
}

function requestText({ method, target, fields, body }: AuditRequest): string {
  return `${method} ${target}\n${linesOf(fields)}${body === undefined ? '' : `\n${body}`}`
}

function responseText({ status, fields, body, truncated }: AuditResponse): string {
  return `${status}\n${linesOf(fields)}\n${body}${truncated ? '…' : ''}`
}

function untestedOf({ untested }: RedactedReport): string {
  return listOf(
    'Not tested, and why',
    untested.map(
      ({ check, why, cases, level, examples }) =>
        `${check}, ${counted(cases, 'case')}, ${level}: ${why}${examples.length === 0 ? '' : `, such as ${examples[0]}`}`,
    ),
  )
}

function listOf(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `<h2>${text(title)}</h2><ul>${lines.map((line) => `<li>${text(line)}</li>`).join('')}</ul>\n`
}

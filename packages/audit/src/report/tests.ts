import { fieldValues, type Exchange } from '../exchange.ts'
import { curlCommand, STANDS_FOR, variableOf } from './curl.ts'
import { printable } from './printable.ts'
import type { RedactedReport } from './redact.ts'
import type { Finding, Occurrence } from './report.ts'

/** A file with its name. */
export interface TestFile {
  readonly name: string
  readonly text: string
}

/** Each finding as a test for `node --test`, which fails until it is mended. Secrets are variables of the environment. */
export function testFiles({ findings, target }: RedactedReport): readonly TestFile[] {
  return findings.flatMap((finding) => {
    const tests = finding.occurrences.flatMap((occurrence) => testOf(occurrence, target))
    if (tests.length === 0) return []
    return [{ name: `${finding.rule.id.toLowerCase()}-${finding.fingerprint.slice(0, 8)}.test.mjs`, text: fileText(finding, tests, target) }]
  })
}

function testOf(occurrence: Occurrence, target: string): readonly string[] {
  const last = occurrence.evidence.at(-1)
  if (last?.response === undefined) return []
  const { request, response } = last
  const name = `${occurrence.operation ?? 'the API'} as ${occurrence.persona}: ${occurrence.expected}`
  const found = Object.fromEntries(COMPARED.map((field) => [field, fieldValues(response, field).join(', ')]))
  const wanted = /^(\d{3})\b/.exec(occurrence.expected)?.[1]
  const expected = {
    ...(wanted === undefined || Number(wanted) === response.status ? {} : { status: Number(wanted) }),
    ...(/challenge/.test(occurrence.expected) && wanted !== undefined ? { challenge: true } : {}),
  }
  return [
    `// ${printable(curlCommand(last, target))}\ncheck(${literal(name)}, ${literal(request)}, ${literal({ expected, found: { status: response.status, ...found } })})\n`,
  ]
}

/** Field lines that are compared where the expected answer is not a status. */
const COMPARED = ['www-authenticate', 'cache-control', 'location', 'content-type', 'access-control-allow-origin'] as const

function literal(value: unknown): string {
  return JSON.stringify(value, null, 2)
}

function fileText({ rule, occurrences }: Finding, tests: readonly string[], target: string): string {
  const personas = new Set(occurrences.flatMap(({ evidence }) => evidence.slice(-1).flatMap(secretsIn)))
  const variables = [...personas].map((name) => `${variableOf(name)}=… `).join('')
  return `// ${rule.id}: ${printable(rule.title)}. ${printable(rule.fix)}
// Written by countersign audit. It fails until this is mended; objects that stand in paths must be there.
//   ${variables}TARGET=${printable(target)} node --test THIS-FILE
import assert from 'node:assert/strict'
import { request as plain } from 'node:http'
import { request as secure } from 'node:https'
import { test } from 'node:test'
${HELPERS.replace('TARGET_ORIGIN', literal(new URL(target).origin))}
${tests.join('\n')}`
}

function secretsIn({ request }: Exchange): readonly string[] {
  return [...JSON.stringify(request).matchAll(STANDS_FOR)].map(([, name = '']) => name)
}

// What is run there is plain JavaScript without anything of ours.
const HELPERS = String.raw`
const origin = new URL(process.env.TARGET ?? TARGET_ORIGIN)

function filled(text) {
  return text.replace(/\[secret of ([^\]]+)\]/g, (_, name) => {
    const variable = name.toUpperCase().replace(/[^A-Z0-9]/g, '_').replace(/^(?=\d)/, '_') + '_SECRET'
    const value = process.env[variable]
    if (value === undefined) throw new Error('the variable ' + variable + ' is not set')
    return value
  })
}

function send({ method, target, fields, body }) {
  const headers = ['Host', origin.host, ...fields.flatMap(([name, value]) => (/^(host|content-length)$/i.test(name) ? [] : [name, filled(value)]))]
  const content = body === undefined ? undefined : filled(body)
  if (content !== undefined) headers.push('Content-Length', String(Buffer.byteLength(content)))
  return new Promise((resolve, reject) => {
    const send = origin.protocol === 'https:' ? secure : plain
    const sent = send({ method, host: origin.hostname, port: origin.port, path: filled(target), headers, setHost: false, timeout: 10000 }, (response) => {
      response.resume().on('end', () => resolve(response)).on('error', reject)
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer'))).on('error', reject).end(content)
  })
}

function check(name, request, { expected, found }) {
  const lost = JSON.stringify(request).includes('[redacted]')
  test(name, { skip: lost && 'the request had a secret that nobody knows any more' }, async () => {
    const { statusCode, headers } = await send(request)
    if (expected.status !== undefined) assert.equal(statusCode, expected.status)
    if (expected.challenge) assert.ok(headers['www-authenticate'], 'there is no challenge')
    if (expected.status !== undefined || expected.challenge) return
    const now = Object.fromEntries(Object.keys(found).map((field) => [field, field === 'status' ? statusCode : (headers[field] ?? '')]))
    assert.notDeepEqual(now, found, 'the answer is the one that was found')
  })
}
`

import { CLASSES } from '../observation.ts'
import { MODES, SEVERITIES } from '../rule.ts'
import { LEVELS } from '../verdict.ts'

type Schema = Readonly<Record<string, unknown>>

const text: Schema = { type: 'string' }
const count: Schema = { type: 'integer', minimum: 0 }
const flag: Schema = { type: 'boolean' }
const list = (items: Schema): Schema => ({ type: 'array', items })
const word = (options: readonly unknown[]): Schema => ({ enum: options })

/** Members that are always there, and others. What later versions add must not break readers, so unknown ones are allowed. */
function members(required: Readonly<Record<string, Schema>>, optional: Readonly<Record<string, Schema>> = {}): Schema {
  return { type: 'object', required: Object.keys(required), properties: { ...required, ...optional } }
}

const place = members({ file: text, line: count, column: count })
const fields = list({ type: 'array', items: text, minItems: 2, maxItems: 2 })
const request = members({ method: text, target: text, fields }, { body: text })
const response = members({ status: count, fields, body: text, truncated: flag })
const exchange = members({ request, persona: text, duration: { type: 'number' } }, { response, failure: text, detail: text })
const expectedClass = word(['granted', 'denied-auth', 'denied-authz', 'hidden'])

const cell = members(
  {
    persona: text,
    relation: word(['own', 'foreign', 'none']),
    expected: members({ class: expectedClass, status: count, source: word(['declared', 'derived', 'assumed']) }),
    wrong: flag,
  },
  { observed: members({ class: word(CLASSES) }, { status: count }), skipped: text },
)

const rule = members(
  { id: text, title: text, severity: word(SEVERITIES), why: text, fix: text },
  { cwe: list(count), owasp: list({ type: 'string', pattern: '^API(10|[1-9])$' }), reference: text },
)

const occurrence = members({ persona: text, message: text, expected: text, observed: text, evidence: list(exchange) }, { operation: text, place })

const finding = members(
  {
    fingerprint: { type: 'string', pattern: '^[0-9a-f]{32}$' },
    rule,
    level: word(LEVELS),
    severity: word(SEVERITIES),
    occurrences: { ...list(occurrence), minItems: 1 },
  },
  { accepted: members({ owner: text, reason: text }, { until: text }), state: word(['new', 'unchanged']) },
)

const plannedRequest = members({ persona: text, line: text, check: text, mode: word(MODES) })
const plan = members({
  requests: list(plannedRequest),
  personas: { type: 'object', additionalProperties: count },
  modes: members({ safe: count, writes: count, full: count }),
})

const sourceCell = members(
  { operation: text, persona: text, relation: word(['own', 'foreign', 'none']), document: count, agree: flag },
  { policy: count, observed: members({ class: word(CLASSES) }, { status: count }) },
)

/** The JSON schema of a report. */
export const reportSchema: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Report of countersign audit',
  ...members(
    {
      version: { const: 1 },
      tool: members({ name: { const: 'countersign audit' }, version: text }),
      target: text,
      api: members({ title: text, file: text }),
      mode: word(MODES),
      startedAt: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT' },
      seconds: { type: 'number', minimum: 0 },
      requests: count,
      personas: list(members({ name: text, usable: flag }, { why: text })),
      notes: list(text),
      rows: list(members({ operation: text, place, requirement: text, declared: flag, cells: list(cell) })),
      findings: list(finding),
      untested: list(members({ check: text, why: text, level: word(['inconclusive', 'not-tested']), cases: count, examples: list(text) })),
      coverage: members({ judged: count, total: count }),
      leftovers: list(text),
      exitCode: word([0, 1, 2, 3, 4]),
    },
    { plan, incomplete: text, sources: list(sourceCell), leftOut: list(members({ check: text, why: text })) },
  ),
}

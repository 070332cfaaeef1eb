import { readFile } from 'node:fs/promises'
import { loadOpenApi } from '@countersign/openapi'
import { checks as allChecks } from './checks/index.ts'
import type { Cell, Check } from './check.ts'
import type { AuditConfig } from './config/config.ts'
import { groupFindings, groupUntested } from './findings/group.ts'
import { coverageOf, rowsOf } from './findings/rows.ts'
import type { Judged } from './findings/verdicts.ts'
import { createRun } from './live-run.ts'
import { auditOperations } from './operations.ts'
import { NOBODY, type Persona } from './persona.ts'
import { expectationOf } from './plan/expectation.ts'
import { plannedCells } from './plan/matrix.ts'
import { toldObjects } from './plan/told-objects.ts'
import type { Report } from './report/report.ts'
import { allows, type Mode } from './rule.ts'
import type { Planning, Run } from './run.ts'
import { createSender } from './send/sender.ts'
import { resolveOrigin } from './target/origin.ts'

export interface AuditOptions {
  readonly config: AuditConfig
  /** Instead of that of the configuration. */
  readonly mode?: Mode
  /** Those of the configuration, with their credentials; nobody is not among them. */
  readonly personas: readonly Persona[]
  /** Instead of all checks. */
  readonly checks?: readonly Check[]
  readonly signal?: AbortSignal
}

/** Who comes with nothing. */
export const nobody: Persona = {
  name: NOBODY,
  caretaker: false,
  credentials: async () => undefined,
  renew: () => undefined,
  authorize: async (request) => request,
}

/** Audits a running API: proves where it answers 401 and 403 wrongly, and says what it could not find out. */
export async function runAudit({
  config,
  mode = config.mode,
  personas,
  checks = allChecks,
  signal = new AbortController().signal,
}: AuditOptions): Promise<Report> {
  const started = Date.now()
  const document = await loadOpenApi(config.openapi, { read: async (path) => readFile(path, 'utf8'), details: true })
  const operations = auditOperations(document, config)
  const everybody = [nobody, ...personas]
  const planning: Planning = {
    config,
    mode,
    document,
    operations,
    personas: everybody,
    nobody,
    expect: (operation, persona, relation = 'none') => expectationOf(operation, persona, relation),
  }
  const objects = toldObjects(config, personas, new URL(config.target).pathname.replace(/\/+$/, ''))
  const sender = createSender({
    origin: await resolveOrigin(config.target),
    mode,
    rate: config.rate,
    parallel: config.parallel,
    maxRequests: config.maxRequests,
    timeLimit: config.timeLimit,
    signal,
  })
  const cells: Cell[] = []
  const run = createRun({ planning, sender, objects, cells, seed: 'countersign' })
  try {
    for (const planned of plannedCells(operations, everybody, objects)) {
      const { operation, persona, relation, owner } = planned
      const cell = { operation, persona, relation, expected: planning.expect(operation, persona, relation) }
      const built = run.build(operation, persona, owner === undefined ? {} : { owner })
      if (operation.neverTouch !== undefined) cells.push({ ...cell, skipped: `never touched: ${operation.neverTouch}` })
      else if (built.request === undefined) cells.push({ ...cell, skipped: built.missing })
      else cells.push({ ...cell, observed: run.observe(await run.send(built.request, persona), operation) })
    }
    const judged = await judgeAll(checks, run)
    const findings = groupFindings(judged)
    return {
      tool: { name: 'countersign audit', version: '0.1.0' },
      target: config.target,
      api: { title: document.title, file: document.file },
      mode,
      startedAt: new Date(started).toISOString(),
      seconds: (Date.now() - started) / 1000,
      requests: sender.count(),
      personas: everybody.map(({ name }) => ({ name, usable: true })),
      notes: [],
      rows: rowsOf(operations, cells, findings),
      findings,
      untested: groupUntested(judged),
      coverage: coverageOf(cells),
      leftovers: [],
      exitCode: findings.some(({ level }) => level !== 'suspected') ? 1 : 0,
    }
  } finally {
    sender.close()
  }
}

/** What every check says. */
async function judgeAll(checks: readonly Check[], run: Run): Promise<readonly Judged[]> {
  const judged: Judged[] = []
  for (const check of checks) {
    const { rule } = check
    if (check.kind === 'description') {
      for (const { operation, verdict } of check.judge(run.document, run.operations))
        judged.push({ rule, key: operation?.key ?? 'document', ...(operation === undefined ? {} : { operation }), persona: 'document', verdict })
    } else if (check.kind === 'cell') {
      for (const cell of run.cells) {
        const verdict = check.judge(cell, run)
        const { operation, persona, relation } = cell
        if (verdict !== undefined) judged.push({ rule, key: `${operation.key} ${persona.name} ${relation}`, operation, persona: persona.name, verdict })
      }
    } else {
      for (const { key, operation, persona, mode = check.mode, try: attempt } of check.plan(run)) {
        const verdict = allows(run.mode, mode) ? await attempt(run) : ({ level: 'not-tested', why: `it needs the mode \`${mode}\`` } as const)
        judged.push({ rule, key, ...(operation === undefined ? {} : { operation }), persona, verdict })
      }
    }
  }
  return judged
}

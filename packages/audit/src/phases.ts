import type { ApiDocument } from '@countersign/openapi'
import type { Cell, CellCheck, Check, ProbeCheck } from './check.ts'
import type { AuditConfig } from './config/config.ts'
import { judgeCells } from './findings/judge-cells.ts'
import { judgeDescription } from './findings/judge-description.ts'
import type { Judged } from './findings/verdicts.ts'
import { reportOf, type Outcome } from './findings/report-of.ts'
import { objectsLeft, type Journal, type Recorded } from './journal/journal.ts'
import { calibrate, calibrateInvalid } from './observe/calibrate.ts'
import type { Knowledge } from './observe/knowledge.ts'
import type { ManagedObjects, Objects } from './objects/objects.ts'
import type { AuditOperation } from './operation.ts'
import type { Persona } from './persona.ts'
import { createControls } from './plan/controls.ts'
import { runJobs, type Controls } from './plan/jobs.ts'
import { plannedCells } from './plan/matrix.ts'
import { planOf } from './plan/print.ts'
import { levelNotes } from './preflight/levels.ts'
import { cellJobs, cellKey } from './plan/read-cells.ts'
import { caseJobs, plannedCases } from './plan/try-cases.ts'
import { negativeControl, preflight, type Preflight } from './preflight/preflight.ts'
import type { Progress } from './progress.ts'
import type { Report } from './report/report.ts'
import type { Mode } from './rule.ts'
import { RunStopped, type Run } from './run.ts'
import { inCase } from './send/current-case.ts'
import type { Sender } from './send/sender.ts'

/** Everything that the phases of a run share. */
export interface Audit {
  readonly options: {
    readonly config: AuditConfig
    readonly mode: Mode
    readonly checks: readonly Check[]
    readonly onlyCleanUp: boolean
    readonly onProgress: (progress: Progress) => void
  }
  readonly document: ApiDocument
  readonly operations: readonly AuditOperation[]
  readonly personas: readonly Persona[]
  readonly sender: Sender
  readonly journal: Journal
  readonly knowledge: Knowledge
  createObjects(usable: readonly Persona[]): ManagedObjects
  createRun(usable: readonly Persona[], parts: { readonly objects: Objects; readonly cells: readonly Cell[]; readonly skew: () => number }): Run
}

/** Goes through an audit from its preflight to its report. Whatever stops it is in the report. */
export async function runPhases(audit: Audit): Promise<Report> {
  const outcome: Outcome = { started: Date.now(), judged: [], cells: [], notes: [], identities: [], leftovers: [] }
  const first = audit.createRun(audit.personas, { objects: audit.createObjects(audit.personas), cells: [], skew: () => 0 })
  if (audit.options.mode === 'plan') {
    plan(audit, outcome, first)
    return reportOf(audit, outcome, first)
  }
  const found = await stoppable(outcome, async () => preflight(audit.personas, first))
  outcome.invalid = found === undefined || found.identities.some(({ refused }) => refused !== undefined)
  const run = found === undefined ? first : await audited(audit, outcome, found)
  const report = reportOf(audit, outcome, run)
  if (outcome.stopped === undefined && report.leftovers.length === 0) audit.journal.addFirst({ type: 'end', exitCode: report.exitCode })
  return report
}

function plan({ options }: Audit, outcome: Outcome, run: Run): void {
  const cells = plannedCells(run)
  outcome.plan = planOf(cells, options.checks, run)
  for (const { operation, persona, relation, owner } of cells) {
    const never = operation.neverTouch === undefined ? undefined : `it is never sent: ${operation.neverTouch}`
    const missing = run.build(operation, persona, owner === undefined ? {} : { owner }).missing
    outcome.cells.push({
      operation,
      persona,
      relation,
      expected: run.expect(operation, persona, relation),
      skipped: never ?? missing ?? 'the mode `plan` sends nothing',
    })
  }
}

/** What follows once it is known who is who. What was made is removed, whatever happens. */
async function audited(audit: Audit, outcome: Outcome, found: Preflight): Promise<Run> {
  const usable = found.identities.filter(({ refused }) => refused === undefined).map(({ persona }) => persona)
  outcome.identities.push(
    ...found.identities.map(({ persona: { name }, refused }) => ({ name, usable: refused === undefined, ...(refused === undefined ? {} : { why: refused }) })),
  )
  outcome.notes.push(...found.notes)
  const objects = audit.createObjects(usable)
  const run = audit.createRun(usable, { objects, cells: outcome.cells, skew: () => found.skew })
  const controls = createControls({ run, sender: audit.sender, baselines: found.baselines })
  const baselines = [...found.baselines.values()]
  if (!audit.options.onlyCleanUp)
    await stoppable(outcome, async () => {
      outcome.notes.push(...(await calibrate(baselines, run, audit.knowledge)))
      outcome.judged.push(...(await inCase('negative control', async () => negativeControl(baselines, run))))
      outcome.notes.push(...(await inCase('seeding', async () => objects.prepare(run))))
      await inCase('calibration', async () => calibrateInvalid(run, audit.knowledge))
      await readMatrix({ ...audit, run, controls }, outcome)
      outcome.notes.push(...levelNotes(run))
      await judge({ ...audit, run, controls }, outcome)
    })
  outcome.judged.push(...crashIn(audit, outcome))
  await cleanUp(objects, run, outcome)
  return run
}

/** A target that went away with one of our requests, as a finding of its own; that it stopped the run is said anyway. */
function crashIn({ options }: Audit, { stopped }: Outcome): readonly Judged[] {
  const rule = options.checks.find((check) => check.rule.id === 'ROB-CRASH')?.rule
  if (rule === undefined || stopped?.cause_ !== 'target-gone' || stopped.exchange === undefined) return []
  const { exchange, message } = stopped
  const key = `${exchange.request.method} ${exchange.request.target.split('?', 1)[0]}`
  return [
    {
      rule,
      key,
      persona: exchange.persona,
      verdict: { level: 'strong', message, expected: 'an answer', observed: 'none, and none to anything after it', evidence: [exchange] },
    },
  ]
}

async function cleanUp(objects: ManagedObjects, run: Run, outcome: Outcome): Promise<void> {
  outcome.leftovers.push(...orphansIn(run))
  try {
    outcome.leftovers.push(...(await inCase('clean-up', async () => objects.cleanUp(run), { beyondBudget: true })))
  } catch (error) {
    if (!(error instanceof RunStopped)) throw error
    outcome.stopped ??= error
    outcome.notes.push(`what was made could not be removed: ${error.message}; the journal knows it, and a run that goes on with it removes it`)
  }
}

/** What runs before this one left, and nobody here can remove: its owner was refused, or the description has no such objects any more. */
function orphansIn({ journal, personas, objects }: Run): readonly string[] {
  return objectsLeft(journal.earlier)
    .filter(({ resource, owner }) => !personas.some(({ name }) => name === owner) || !objects.resources.some(({ item }) => item === resource))
    .map(
      ({ resource, owner, values, marker }) =>
        `${resource} ${JSON.stringify(values)} of ${owner}${marker === undefined ? '' : `, with ${marker} in its texts`}`,
    )
}

interface Running extends Audit {
  readonly run: Run
  readonly controls: Controls
}

async function readMatrix({ run, controls, options, sender, knowledge, journal }: Running, outcome: Outcome): Promise<void> {
  const planned = plannedCells(run)
  const slots: (Cell | undefined)[] = planned.map(() => undefined)
  const put = (index: number, cell: Cell): void => {
    slots[index] = cell
  }
  const jobs = cellJobs(planned, { run, knowledge, put, earlier: finishedIn(journal) })
  const onDone = counter('reading', jobs.length, { options, sender })
  const stopped = await runJobs(jobs, { parallel: options.config.parallel, controls, onDone })
  outcome.cells.push(...slots.filter((cell) => cell !== undefined))
  // Seen through what was learnt meanwhile.
  for (const [index, cell] of outcome.cells.entries())
    if (cell.observed !== undefined) outcome.cells[index] = { ...cell, observed: run.observe(cell.observed.exchange, cell.operation) }
  if (stopped !== undefined) throw stopped
}

async function judge({ run, controls, options, sender, journal, document, operations }: Running, outcome: Outcome): Promise<void> {
  const { checks, config } = options
  outcome.judged.push(...judgeDescription(checks, document, operations))
  const planned = plannedCells(run)
  const again = async (cell: Cell): Promise<Cell | undefined> => {
    const request = cell.observed?.exchange.request
    const owner = planned.find((one) => cellKey(one) === cellKey(cell))?.owner
    const built = run.build(cell.operation, cell.persona, owner === undefined ? {} : { owner })
    if (request === undefined || built.request === undefined) return undefined
    return { ...cell, observed: run.observe(await run.send(built.request, cell.persona), cell.operation) }
  }
  const isCell = (check: Check): check is CellCheck => check.kind === 'cell'
  const { judged, stopped } = await inCase('confirmation', async () => judgeCells(checks.filter(isCell), run, again))
  outcome.judged.push(...judged)
  if (stopped !== undefined) throw stopped
  const isProbe = (check: Check): check is ProbeCheck => check.kind === 'probe'
  const jobs = caseJobs(plannedCases(checks.filter(isProbe), run), { run, judged: outcome.judged, earlier: finishedIn(journal) })
  const over = await runJobs(jobs, { parallel: config.parallel, controls, onDone: counter('probing', jobs.length, { options, sender }) })
  if (over !== undefined) throw over
}

function finishedIn({ earlier }: Journal): ReadonlyMap<string, Recorded & { readonly type: 'finished' }> {
  return new Map(earlier.flatMap((entry) => (entry.type === 'finished' ? [[entry.case, entry] as const] : [])))
}

function counter(phase: Progress['phase'], total: number, { options, sender }: Pick<Audit, 'options' | 'sender'>): () => void {
  let done = 0
  return () => {
    done += 1
    options.onProgress({ phase, done, total, requests: sender.count(), rate: sender.rate() })
  }
}

/** Does something that may stop the run, and keeps why. */
async function stoppable<T>(outcome: Outcome, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof RunStopped)) throw error
    outcome.stopped = error
    return undefined
  }
}

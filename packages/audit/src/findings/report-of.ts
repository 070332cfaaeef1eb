import { LEFT_OUT } from '../checks/left-out.ts'
import type { Cell } from '../check.ts'
import type { Audit } from '../phases.ts'
import { costsOf } from '../plan/costs.ts'
import type { Plan } from '../plan/print.ts'
import type { Report } from '../report/report.ts'
import type { Run, RunStopped } from '../run.ts'
import { acceptanceOn } from './accept.ts'
import { exitCodeOf } from './exit.ts'
import { groupFindings, groupUntested } from './group.ts'
import { coverageOf, rowsOf } from './rows.ts'
import type { Judged } from './verdicts.ts'

/** What came of a run, phase by phase. */
export interface Outcome {
  readonly started: number
  readonly judged: Judged[]
  readonly cells: Cell[]
  readonly notes: string[]
  readonly identities: { readonly name: string; readonly usable: boolean; readonly why?: string }[]
  readonly leftovers: string[]
  /** A persona was refused, or the target was never reached. */
  invalid?: boolean
  stopped?: RunStopped
  plan?: Plan
}

/** The report of a run, whether it came to its end or not. */
export function reportOf({ options, document, operations, personas, sender }: Audit, outcome: Outcome, run: Run): Report {
  const { config, mode } = options
  const { stopped, started, cells, judged, identities } = outcome
  const acceptance = acceptanceOn(new Date(started).toISOString().slice(0, 10), config)
  const findings = groupFindings(judged, acceptance)
  const invalid = outcome.invalid === true || stopped?.cause_ === 'identities'
  return {
    tool: { name: 'countersign audit', version: '0.1.0' },
    target: config.target,
    api: { title: document.title, file: document.file },
    mode,
    startedAt: new Date(started).toISOString(),
    seconds: (Date.now() - started) / 1000,
    requests: sender.count(),
    personas: [{ name: run.nobody.name, usable: true }, ...(identities.length > 0 ? identities : personas.map(({ name }) => ({ name, usable: true })))],
    notes: [...documentNotes(document), ...outcome.notes, ...acceptance.expired, ...costsOf(run, cells)],
    rows: rowsOf(operations, cells, findings),
    findings,
    untested: groupUntested(judged),
    leftOut: LEFT_OUT,
    coverage: coverageOf(cells),
    leftovers: outcome.leftovers,
    ...(stopped === undefined ? {} : { incomplete: stopped.message }),
    ...(outcome.plan === undefined ? {} : { plan: outcome.plan }),
    exitCode: exitCodeOf({ invalid, incomplete: stopped !== undefined || outcome.leftovers.length > 0, findings }, config),
  }
}

function documentNotes({ diagnostics }: Audit['document']): readonly string[] {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const [first] = errors
  if (first === undefined) return []
  return [
    `the description has ${errors.length} error${errors.length === 1 ? '' : 's'}, and operations that it hides are not tested; the first: line ${first.place.line}, ${first.message}`,
  ]
}

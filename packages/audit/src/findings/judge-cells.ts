import type { Cell, CellCheck } from '../check.ts'
import { entitledAnswer } from '../live-run.ts'
import { causeOf } from '../observe/fingerprint.ts'
import { cellKey } from '../plan/read-cells.ts'
import { FLAKY } from '../plan/try-cases.ts'
import { RunStopped, type Run } from '../run.ts'
import { isDeviation, type Deviation, type Verdict } from '../verdict.ts'
import type { Judged } from './verdicts.ts'

/** Whose object a cell is about; the same one is asked for again. */
type Again = (cell: Cell) => Promise<Cell | undefined>

/** Cells of one finding that are asked once more; the others of the same rule and cause stand or fall with them. */
const SAMPLES = 3

/** What the checks of cells say, each finding confirmed once more beside a request of somebody who may. */
export async function judgeCells(
  checks: readonly CellCheck[],
  run: Run,
  again: Again,
): Promise<{ readonly judged: readonly Judged[]; readonly stopped?: RunStopped }> {
  const judged: Judged[] = []
  const groups = new Map<string, Suspicion[]>()
  for (const check of checks) {
    for (const cell of run.cells) {
      const verdict = check.judge(cell, run)
      if (verdict === undefined) continue
      if (!isDeviation(verdict)) judged.push(judgedOf(check, cell, verdict))
      else {
        const key = JSON.stringify([check.rule.id, causeIn(verdict)])
        groups.set(key, [...(groups.get(key) ?? []), { check, cell, verdict }])
      }
    }
  }
  const memory = remember(again)
  let stopped: RunStopped | undefined
  for (const group of groups.values()) {
    try {
      if (stopped === undefined) judged.push(...(await confirmGroup(group, run, memory)))
    } catch (error) {
      if (!(error instanceof RunStopped)) throw error
      stopped = error
    }
    if (stopped !== undefined) {
      const why = `it was seen once, and could not be confirmed: ${stopped.message}`
      judged.push(...group.map(({ check, cell }) => judgedOf(check, cell, { level: 'inconclusive', why })))
    }
  }
  return { judged, ...(stopped === undefined ? {} : { stopped }) }
}

interface Suspicion {
  readonly check: CellCheck
  readonly cell: Cell
  readonly verdict: Deviation
}

function judgedOf(check: CellCheck, cell: Cell, verdict: Verdict): Judged {
  return { rule: check.rule, key: cellKey(cell).slice('cell '.length), operation: cell.operation, persona: cell.persona.name, verdict }
}

/** What a check gives as the cause, or else what the answers of one guard have in common. */
export function causeIn({ cause, evidence }: Deviation): string {
  const response = evidence.at(-1)?.response
  return cause ?? (response === undefined ? '' : causeOf(response))
}

function remember(again: Again): Again {
  const known = new Map<string, Promise<Cell | undefined>>()
  return async (cell) => {
    const key = cellKey(cell)
    const asked = known.get(key) ?? again(cell)
    known.set(key, asked)
    return asked
  }
}

async function confirmGroup(group: readonly Suspicion[], run: Run, again: Again): Promise<readonly Judged[]> {
  const verdicts: Judged[] = []
  let doubtful = false
  for (const [index, { check, cell, verdict }] of group.entries()) {
    // Once one of them does not repeat, each is asked again.
    const confirmed: Verdict = index < SAMPLES || doubtful ? await confirm({ check, cell, verdict }, run, again) : verdict
    if (confirmed !== verdict) doubtful = true
    verdicts.push(judgedOf(check, cell, confirmed))
  }
  return verdicts
}

async function confirm({ check, cell, verdict }: Suspicion, run: Run, again: Again): Promise<Verdict> {
  if ((await entitledAnswer(cell.operation, run)) === 'refused')
    return { level: 'inconclusive', why: 'whoever may was refused in the same moment, so a refusal or a failure says nothing' }
  const second = await again(cell)
  const repeated = second === undefined ? verdict : check.judge(second, run)
  return repeated !== undefined && isDeviation(repeated) ? verdict : FLAKY
}

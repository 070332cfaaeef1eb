import type { Check, ProbeCheck } from '../check.ts'
import type { Planning, Run } from '../run.ts'
import { allows, type Mode } from '../rule.ts'
import type { PlannedCell } from './matrix.ts'
import { plannedCases } from './try-cases.ts'

/** One request that would be sent. */
export interface PlannedRequest {
  readonly persona: string
  /** `GET /orders/{id of alice}`. */
  readonly line: string
  /** The check that wants it; the matrix is read for all of them. */
  readonly check: string
  /** The least mode that sends it. */
  readonly mode: Mode
}

/** Everything that would be sent, without sending anything. */
export interface Plan {
  readonly requests: readonly PlannedRequest[]
  /** How many requests each persona would make. */
  readonly personas: Readonly<Record<string, number>>
  /** How many each mode allows, all that those before it allow included. */
  readonly modes: Readonly<Record<Exclude<Mode, 'plan'>, number>>
}

export function planOf(cells: readonly PlannedCell[], checks: readonly Check[], run: Run): Plan {
  const requests = [...cells.flatMap((cell) => cellRequest(cell, run)), ...caseRequests(checks, run)]
  const personas: Record<string, number> = {}
  for (const { persona } of requests) personas[persona] = (personas[persona] ?? 0) + 1
  const allowed = (mode: Mode): number => requests.filter((one) => allows(mode, one.mode)).length
  return { requests, personas, modes: { safe: allowed('safe'), writes: allowed('writes'), full: allowed('full') } }
}

function cellRequest({ operation, persona, owner }: PlannedCell, run: Run): readonly PlannedRequest[] {
  const built = run.build(operation, persona, owner === undefined ? {} : { owner })
  if (operation.neverTouch !== undefined || built.request === undefined) return []
  return [{ persona: persona.name, line: `${built.request.method} ${built.request.target}`, check: 'the reading matrix', mode: 'safe' }]
}

function caseRequests(checks: readonly Check[], planning: Planning): readonly PlannedRequest[] {
  const probes = checks.filter((check): check is ProbeCheck => check.kind === 'probe')
  return plannedCases(probes, planning).flatMap(({ check, case: { sends, persona, mode = check.mode, operation } }) =>
    operation?.neverTouch === undefined ? sends.map((line) => ({ persona, line, check: check.rule.id, mode })) : [],
  )
}

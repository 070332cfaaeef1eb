import type { Case, ProbeCheck } from '../check.ts'
import type { Judged } from '../findings/verdicts.ts'
import type { Recorded } from '../journal/journal.ts'
import { entitledAnswer } from '../live-run.ts'
import { allows } from '../rule.ts'
import { RunStopped, type Planning, type Run } from '../run.ts'
import { isDeviation, type Verdict } from '../verdict.ts'
import type { Job } from './jobs.ts'

/** A case with the check that wants it. */
export interface PlannedCase {
  readonly check: ProbeCheck
  readonly case: Case
}

/** Every case of every check, the riskiest first; those of equal risk in the order of the checks. */
export function plannedCases(checks: readonly ProbeCheck[], planning: Planning): readonly PlannedCase[] {
  const all = checks.flatMap((check) => check.plan(planning).map((one) => ({ check, case: one })))
  return all.sort((a, b) => b.case.risk - a.case.risk)
}

/** Names a case within a run. */
export function caseKey({ check, case: { key } }: PlannedCase): string {
  return `${check.rule.id} ${key}`
}

export interface Trying {
  readonly run: Run
  readonly judged: Judged[]
  readonly earlier: ReadonlyMap<string, Recorded & { readonly type: 'finished' }>
}

/** The cases that the mode allows, as jobs; the others are not tested. */
export function caseJobs(planned: readonly PlannedCase[], { run, judged, earlier }: Trying): readonly Job<Verdict>[] {
  return planned.flatMap((one) => {
    const key = caseKey(one)
    const { check, case: tried } = one
    const said = (verdict: Verdict): void => {
      const { operation, persona } = tried
      judged.push({ rule: check.rule, key: tried.key, ...(operation === undefined ? {} : { operation }), persona, verdict })
    }
    const mode = tried.mode ?? check.mode
    if (!allows(run.mode, mode)) {
      said({ level: 'not-tested', why: `it needs the mode \`${mode}\`` })
      return []
    }
    if (tried.operation?.neverTouch !== undefined) {
      said({ level: 'not-tested', why: `the operation is never sent: ${tried.operation.neverTouch}` })
      return []
    }
    const hash = run.journal.hash(JSON.stringify([key, tried.sends]))
    const known = earlier.get(key)
    return [
      {
        key,
        repeatable: tried.repeatable !== false,
        act: async () => (known?.verdict !== undefined && known.hash === hash ? known.verdict : confirmed(tried, run)),
        keep: (verdict) => {
          said(verdict)
          run.journal.add({ type: 'finished', case: key, hash, outcome: verdict.level, verdict })
        },
        lose: (why) => said({ level: 'not-tested', why }),
      },
    ]
  })
}

/** Tries a case, and a deviation once more, beside a request of somebody who may. */
async function confirmed(tried: Case, run: Run): Promise<Verdict> {
  const first = await attempt(tried, run)
  if (!isDeviation(first)) return first
  const refused = { level: 'inconclusive', why: 'whoever may was refused in the same moment, so a refusal or a failure says nothing' } as const
  if (tried.operation !== undefined && (await entitledAnswer(tried.operation, run)) === 'refused') return refused
  if (tried.repeatable === false) return first
  const second = await attempt(tried, run)
  return isDeviation(second) ? first : FLAKY
}

export const FLAKY: Verdict = { level: 'inconclusive', why: 'flaky: it was seen once and not again' }

async function attempt(tried: Case, run: Run): Promise<Verdict> {
  try {
    return await tried.try(run)
  } catch (error) {
    if (error instanceof RunStopped) throw error
    // A check that fails is a defect of ours, and must not end the run nor pass for a result.
    return { level: 'inconclusive', why: `the check itself failed: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}` }
  }
}

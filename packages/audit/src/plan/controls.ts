import type { Baseline } from '../observe/calibrate.ts'
import { RunStopped, type Run } from '../run.ts'
import { inCase } from '../send/current-case.ts'
import type { Sender } from '../send/sender.ts'
import type { Controls } from './jobs.ts'

export interface ControlOptions {
  readonly run: Run
  readonly sender: Pick<Sender, 'count'>
  /** By the names of personas: what each of them was let in to. */
  readonly baselines: ReadonlyMap<string, Baseline>
  /** Requests between controls. */
  readonly every?: number
}

/** Answers of the target that are its own trouble, one after the other. */
const MOST_BROKEN = 4

/** Entitled requests in between: a session that ended must not look like a denial. */
export function createControls({ run, sender, baselines, every = 50 }: ControlOptions): Controls {
  let last = sender.count()
  return {
    due: () => sender.count() - last >= every,
    check: async (used) =>
      inCase(
        'control',
        async () => {
          const lost = new Set<string>()
          for (const name of used) {
            const baseline = baselines.get(name)
            if (baseline !== undefined && !(await isGood(baseline, run))) lost.add(name)
          }
          last = sender.count()
          return lost
        },
        { beyondBudget: true },
      ),
  }
}

/** Whether the session of a persona is good. If it is not, it logs in again once; rejects if that does not help. */
async function isGood(baseline: Baseline, run: Run): Promise<boolean> {
  if ((await answer(baseline, run)) === 'granted') return true
  baseline.persona.renew()
  const again = await answer(baseline, run)
  if (again === 'granted') return false
  const { persona, operation } = baseline
  throw new RunStopped('identities', `${persona.name} was let in to ${operation.key} before, and now the answer is \`${again}\`, after a new login, too`)
}

async function answer({ operation, persona }: Baseline, run: Run): Promise<string> {
  const built = run.build(operation, persona)
  if (built.request === undefined) return built.missing
  for (let broken = 0; ; broken += 1) {
    const observed = run.observe(await run.send(built.request, persona), operation)
    if (observed.class !== 'broken' && observed.class !== 'limited') return observed.class
    if (broken + 1 < MOST_BROKEN) continue
    throw new RunStopped('target-gone', `${operation.key} as ${persona.name} was answered ${MOST_BROKEN} times in a row with trouble of the target`)
  }
}

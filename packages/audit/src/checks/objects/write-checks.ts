import type { Case } from '../../check.ts'
import { attack, attackKey, attackLines, type Attack, type Attacked, type Times } from '../../objects/attack.ts'
import type { Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'

/** A case that carries an attack out and judges what came of it. */
export function attackCase(
  what: Attack,
  { risk, times, judge }: { risk: number; times: Times; judge: (done: Attacked, what: Attack, run: Run) => Verdict | Promise<Verdict> },
): Case {
  return {
    key: attackKey(what),
    operation: what.operation,
    persona: what.attacker.name,
    sends: attackLines(what),
    risk,
    mode: 'writes',
    try: async (run) => {
      const { done, why } = await attack(what, run, times)
      if (done === undefined) return { level: 'not-tested', why }
      const { class: seen } = done.observed
      if (seen === 'limited' || seen === 'broken') return { level: 'inconclusive', why: `the answer is \`${seen}\`, so nothing can be told` }
      return judge(done, what, run)
    },
  }
}

/** Without a word about owners, an effect is proven and that it is wrong is not. */
export function levelOf({ source }: Attack, surest: 'proven' | 'strong'): 'proven' | 'strong' | 'suspected' {
  return source === 'declared' ? surest : 'suspected'
}

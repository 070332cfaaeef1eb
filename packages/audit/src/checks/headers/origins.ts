import type { Case, ProbeCheck } from '../../check.ts'
import type { AuditOperation } from '../../operation.ts'
import type { Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { guardsOf } from '../attack.ts'
import { notTested } from '../asked.ts'
import { ruleOf, type RuleId } from '../rules.ts'

export interface Origins {
  readonly risk: number
  readonly sends: string
  /** Whether it is about the pages of the configuration. */
  readonly own: boolean
  readonly ask: (operation: AuditOperation, origin: string, run: Run) => Promise<Verdict>
}

/** An origin that nobody has. */
const FOREIGN = 'https://countersign.invalid'

/** A check of what pages of other origins may do, once for each guard. */
export function originCheck(id: RuleId, { risk, sends, own, ask }: Origins): ProbeCheck {
  return {
    kind: 'probe',
    rule: ruleOf(id),
    mode: 'safe',
    plan: (planning) => {
      const [page] = planning.config.origins
      const { name } = planning.nobody
      if (own && page === undefined) {
        const why = 'no origins of pages are configured, so nothing is known of CORS here'
        return [{ key: 'no origins', persona: name, sends: [], risk: 1, try: async () => notTested(why) }]
      }
      const origin = own ? (page ?? FOREIGN) : FOREIGN
      return guardsOf(planning).map(({ operation }): Case => ({
        key: operation.key,
        operation,
        persona: name,
        sends: [`${operation.key} ${sends} \`Origin: ${origin}\``],
        risk,
        try: async (run) => ask(operation, origin, run),
      }))
    },
  }
}

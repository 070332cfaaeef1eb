import type { CellCheck } from '../../check.ts'
import { jsonOf, membersOf, named } from '../../objects/members.ts'
import type { Persona } from '../../persona.ts'
import type { Planning } from '../../run.ts'
import { statusOf } from '../answers.ts'
import { ruleOf } from '../rules.ts'

export const propRead: CellCheck = {
  kind: 'cell',
  rule: ruleOf('PROP-READ'),
  judge: ({ operation, persona, observed }, run) => {
    const { privateMembers } = run.config
    if (privateMembers.length === 0 || observed?.class !== 'granted' || !isLow(persona, run)) return undefined
    const members = membersOf(jsonOf(observed.exchange))
    const shown = [...new Set(named(members, privateMembers).map(([path]) => path.replace(/\/\d+(?=\/)/g, '/*')))]
    if (shown.length === 0) return { level: 'passed' }
    return {
      level: 'strong',
      message: `${persona.name} is shown ${shown.map((path) => `\`${path}\``).join(', ')}`,
      expected: `nothing of ${privateMembers.join(', ')}`,
      observed: `${statusOf(observed.exchange)}, with ${shown.join(', ')}`,
      evidence: [observed.exchange],
      cause: shown.map((path) => path.split('/').at(-1)).join(' ') || operation.key,
    }
  },
}

/** Whoever takes care of nothing and may see nothing of others. */
function isLow({ caretaker, principal }: Persona, { config }: Planning): boolean {
  const high = config.resources.flatMap(({ readers, editors }) => [...readers, ...editors])
  return !caretaker && principal?.roles.some((role) => high.includes(role)) !== true
}

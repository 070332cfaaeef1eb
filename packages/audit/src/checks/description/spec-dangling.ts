import type { DescriptionCheck } from '../../check.ts'
import { PASSED } from '../asked.ts'
import { ruleOf } from '../rules.ts'

/** What the reader of descriptions says about names that lead nowhere. */
const DANGLING: ReadonlySet<string> = new Set(['unknown-scheme', 'scope-undeclared'])

/** Finds requirements that name schemes or scopes which are not defined. */
export const specDangling: DescriptionCheck = {
  kind: 'description',
  rule: ruleOf('SPEC-DANGLING'),
  judge: ({ diagnostics }) => {
    const found = diagnostics.filter(({ code }) => DANGLING.has(code))
    if (found.length === 0) return [{ verdict: PASSED }]
    return found.map(({ message, hint, place }) => ({
      verdict: {
        level: 'strong',
        message: `${place.file}:${place.line}:${place.column} ${message}`,
        expected: hint ?? 'a name that is defined',
        observed: message,
        evidence: [],
        cause: message,
      },
    }))
  },
}

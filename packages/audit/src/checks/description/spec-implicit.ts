import type { DescriptionCheck } from '../../check.ts'
import { PASSED } from '../asked.ts'
import { ruleOf } from '../rules.ts'

const OLD: ReadonlySet<string> = new Set(['implicit', 'password'])

/** Finds OAuth flows that should not be used any more. */
export const specImplicit: DescriptionCheck = {
  kind: 'description',
  rule: ruleOf('SPEC-IMPLICIT'),
  judge: ({ file, flows }) => {
    const found = Object.entries(flows).flatMap(([name, of]) => of.filter((flow) => OLD.has(flow)).map((flow) => ({ name, flow })))
    const [first] = found
    if (first === undefined) return [{ verdict: PASSED }]
    const observed = found.map(({ name, flow }) => `\`${flow}\` of \`${name}\``).join(', ')
    const message = `${file}: \`${first.name}\` offers the flow \`${first.flow}\``
    return [{ verdict: { level: 'strong', message, expected: '`authorizationCode` or `clientCredentials`', observed, evidence: [] } }]
  },
}

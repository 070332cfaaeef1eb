import type { CellCheck } from '../../check.ts'
import { proofOf } from '../../objects/foreign-data.ts'
import { foreignRight } from '../../objects/rights.ts'
import { statusOf } from '../answers.ts'
import { ruleOf } from '../rules.ts'

export const bolaList: CellCheck = {
  kind: 'cell',
  rule: ruleOf('BOLA-LIST'),
  judge: ({ operation, persona, relation, observed }, run) => {
    const resource = run.objects.resources.find(({ list }) => list?.key === operation.key)
    if (resource === undefined || relation === 'foreign' || persona.principal === undefined || observed?.class !== 'granted') return undefined
    let judged = false
    for (const owner of run.personas) {
      const object = owner.name === persona.name ? undefined : run.objects.find(resource, owner)
      if (object === undefined) continue
      const reading = resource.read ?? operation
      // Who may not list at all has no part in such a list: it is one of somebody's who oversees all.
      if (run.expect(operation, owner).class !== 'granted') continue
      const right = foreignRight(run, { operation: reading, resource, persona, owner })
      // Without a word about owners a list tells what is meant to be seen.
      if (right.granted !== false || right.source !== 'declared') continue
      judged = true
      const proof = proofOf(observed.exchange, object)
      if (proof === undefined) continue
      return {
        level: 'proven',
        message: `the list of ${persona.name} has an object of ${owner.name}`,
        expected: `only what ${persona.name} may read`,
        observed: statusOf(observed.exchange),
        evidence: [observed.exchange],
        cause: operation.key,
      }
    }
    return judged ? { level: 'passed' } : undefined
  },
}

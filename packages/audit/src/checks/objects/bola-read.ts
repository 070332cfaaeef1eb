import type { Cell, CellCheck } from '../../check.ts'
import { objectIn, proofOf, visibility } from '../../objects/foreign-data.ts'
import type { TargetObject } from '../../objects/objects.ts'
import { resourceIn } from '../../objects/ownership.ts'
import { foreignRight } from '../../objects/rights.ts'
import type { Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { statusOf } from '../answers.ts'
import { ruleOf } from '../rules.ts'

export const bolaRead: CellCheck = {
  kind: 'cell',
  rule: ruleOf('BOLA-READ'),
  judge: (cell, run) => {
    const resource = resourceIn(run.objects.resources, cell.operation)
    return resource === undefined || resource.subject !== undefined ? undefined : judgeForeign(cell, run)
  },
}

/** What a cell about an object of somebody else says; nothing if it is about something else. */
export function judgeForeign(cell: Cell, run: Run): Verdict | undefined {
  const { operation, persona, relation, observed } = cell
  const resource = resourceIn(run.objects.resources, operation)
  if (relation !== 'foreign' || resource === undefined || persona.principal === undefined || persona.state !== undefined || observed === undefined)
    return undefined
  const object = objectIn(observed.exchange.request.target, run, resource)
  if (object === undefined || object.owner.name === persona.name) return undefined
  const right = foreignRight(run, { operation, resource, persona, owner: object.owner })
  if (right.granted !== false || run.expect(operation, persona, 'own').class !== 'granted') return undefined
  if (observed.class === 'hidden' || observed.class === 'denied-authz' || observed.class === 'denied-auth' || observed.class === 'soft-denied')
    return { level: 'passed' }
  if (observed.class !== 'granted') return { level: 'inconclusive', why: `the answer is \`${observed.class}\`, neither a refusal nor the object` }
  // What everybody gets is another finding.
  if (run.cell(operation, run.nobody, 'foreign')?.observed?.class === 'granted') return { level: 'passed' }
  const own = run.cell(operation, object.owner, 'own')?.observed
  if (own !== undefined && own.class !== 'granted')
    return { level: 'inconclusive', why: `${object.owner.name} is not shown its own object, so it cannot be told what belongs to it` }
  return deviationFor(cell, run, { object, source: right.source })
}

/** The path of decision at the end of section 8: what is declared counts; otherwise lists tell what is meant to be seen. */
function deviationFor(cell: Cell, run: Run, { object, source }: { readonly object: TargetObject; readonly source: 'declared' | 'assumed' }): Verdict {
  const { operation, persona, observed } = cell
  if (observed === undefined) return { level: 'passed' }
  const proof = proofOf(observed.exchange, object)
  const seen = source === 'declared' ? 'not-listed' : visibility(object, persona, run)
  const level = seen !== 'not-listed' ? 'suspected' : proof === undefined || (source === 'assumed' && proof !== 'marker') ? 'strong' : 'proven'
  const what = proof === 'marker' ? `what only ${object.owner.name} has written` : `an object of ${object.owner.name}`
  const listed = seen === 'listed' ? '; it is in the list of the caller, too, so it may be meant for all' : ''
  return {
    level,
    message: `${persona.name} is shown ${what}${listed}`,
    expected: '404, or 403',
    observed: statusOf(observed.exchange),
    evidence: [observed.exchange],
    cause: operation.key,
    ...(seen === 'listed' ? { severity: 'info' } : persona.tenant !== object.owner.tenant ? { severity: 'critical' } : {}),
  }
}

import type { Case, ProbeCheck } from '../../check.ts'
import { attack, attackKey, attackLines, countTimes, effectOf, evidenceOf, ownersOf, type Attack } from '../../objects/attack.ts'
import type { Resource } from '../../objects/objects.ts'
import { resourcesOf } from '../../objects/resources.ts'
import type { AuditOperation } from '../../operation.ts'
import type { Planning, Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { inconclusive, isPublic, notTested, PASSED, seen } from '../asked.ts'
import { deniedWrites } from '../functions/denied-writes.ts'
import { ruleOf } from '../rules.ts'

const times = countTimes()

/** Finds operations that change something for whoever comes without credentials; on objects that are made for it. */
export const authOpenWrites: ProbeCheck = {
  kind: 'probe',
  rule: ruleOf('AUTH-OPEN'),
  mode: 'writes',
  plan: (planning) => {
    const changing = new Set(resourcesOf(planning).flatMap((resource) => changes(resource).map(({ key }) => key)))
    const others = deniedWrites(planning, ['credentials-missing'], ({ operation }) => `${operation.key} is done for nobody`)
    return [
      ...attacks(planning).map(caseOf),
      ...others.filter(({ operation }) => operation !== undefined && !changing.has(operation.key) && !isPublic(operation, planning)),
    ]
  },
}

function changes({ replace, update, remove }: Resource): readonly AuditOperation[] {
  return [replace, update, remove].filter((operation) => operation !== undefined)
}

function attacks(planning: Planning): readonly Attack[] {
  const { nobody } = planning
  return resourcesOf(planning).flatMap((resource) =>
    changes(resource)
      .filter((operation) => !isPublic(operation, planning) && planning.expect(operation, nobody).class === 'denied-auth')
      .flatMap((operation) =>
        ownersOf(planning, resource)
          .slice(0, 1)
          .map((owner): Attack => {
            const source = planning.expect(operation, nobody).source === 'assumed' ? 'assumed' : 'declared'
            return { resource, operation, owner, attacker: nobody, source }
          }),
      ),
  )
}

function caseOf(what: Attack): Case {
  const { operation, attacker } = what
  return {
    key: attackKey(what),
    operation,
    persona: attacker.name,
    sends: attackLines(what),
    risk: 96,
    try: async (run) => tryAttack(what, run),
  }
}

async function tryAttack(what: Attack, run: Run): Promise<Verdict> {
  const { done, why } = await attack(what, run, times)
  if (done === undefined) return notTested(why)
  const { observed } = done
  const effect = effectOf(done)
  if (observed.class === 'invalid' || observed.class === 'limited')
    return inconclusive(`the answer is \`${observed.class}\`, neither a refusal nor what was asked for`)
  if (observed.class !== 'granted' && effect === undefined) return PASSED
  return {
    level: what.source === 'assumed' ? 'suspected' : effect === undefined ? 'strong' : 'proven',
    message: `${what.operation.key} is done for nobody`,
    expected: '401, and the object stays as it is',
    observed: `${seen(observed)}${effect === undefined ? '' : `, and the object is ${effect}`}`,
    evidence: evidenceOf(done),
    severity: 'critical',
    cause: what.operation.key,
  }
}

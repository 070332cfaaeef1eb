import { judge, type Decision, type Fact, type Requirement } from '@countersign/core'
import { concealedRoles } from '@countersign/openapi'
import type { Expectation } from '../observation.ts'
import type { AuditOperation, Relation } from '../operation.ts'
import type { Persona } from '../persona.ts'
import { asDescribed, standIns } from './stand-ins.ts'

/** What an operation should answer to a persona by its description. */
export function describedExpectation(
  { requirement, declared }: Pick<AuditOperation, 'requirement' | 'declared'>,
  persona: Persona,
  relation: Relation,
): Expectation {
  const { decision, guessed } = decide(requirement, persona, relation)
  return { class: classOf(decision), decision, source: !declared ? 'assumed' : guessed ? 'derived' : 'declared' }
}

interface Decided {
  readonly decision: Decision
  /** Whether something had to be taken for granted: that the caller has logged in lately, or whose object stands in the path. */
  readonly guessed: boolean
}

function decide(requirement: Requirement, { principal, state }: Persona, relation: Relation): Decided {
  const terms = { realm: '', schemes: standIns(requirement), now: NOW, id: 'expected' }
  const known = principal && asDescribed({ ...principal, assurance: { authTime: NOW, ...principal.assurance } }, requirement)
  const authentication =
    known === undefined
      ? ({ state: 'anonymous' } as const)
      : state === 'locked'
        ? ({ state: 'barred', principal: known, reason: 'account-suspended' } as const)
        : state === 'expired'
          ? ({ state: 'rejected', scheme: known.scheme, reason: 'token-expired' } as const)
          : ({ state: 'authenticated', principal: known } as const)
  const facts = new Map<string, Fact>()
  let guessed = asksForAssurance(requirement) && known !== undefined
  for (;;) {
    const decision = judge(requirement, { authentication, facts }, terms)
    if (decision.outcome !== 'need') return { decision, guessed }
    const { name } = decision.fact
    const roles = concealedRoles(name)
    if (roles.length === 0 && relation === 'none') guessed = true
    facts.set(name, { holds: roles.length === 0 ? relation !== 'foreign' : roles.some((role) => known?.roles.includes(role) === true) })
  }
}

/** Whatever time it is, a login is taken to be as fresh as can be. */
const NOW = 0

function asksForAssurance(requirement: Requirement): boolean {
  if (requirement.type === 'all' || requirement.type === 'any') return requirement.of.some(asksForAssurance)
  return requirement.type === 'unprobeable' ? asksForAssurance(requirement.of) : requirement.type === 'assurance'
}

export function classOf({ outcome }: Pick<Decision, 'outcome'>): Expectation['class'] {
  if (outcome === 'allow') return 'granted'
  if (outcome === 'challenge') return 'denied-auth'
  return outcome === 'conceal' ? 'hidden' : 'denied-authz'
}

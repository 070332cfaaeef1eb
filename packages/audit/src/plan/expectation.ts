import { judge, type Decision, type Fact, type Principal, type Scheme, type Terms } from '@countersign/core'
import type { Expectation } from '../observation.ts'
import type { AuditOperation, Relation } from '../operation.ts'
import type { Persona } from '../persona.ts'

/** What an operation should answer to a persona, by what the document asks for. */
export function expectationOf(operation: AuditOperation, persona: Persona, relation: Relation): Expectation {
  const decision = decide(operation, persona.principal, relation)
  return { class: classOf(decision), decision, source: operation.declared ? 'declared' : 'assumed' }
}

function decide({ requirement }: AuditOperation, principal: Principal | undefined, relation: Relation): Decision {
  const facts = new Map<string, Fact>()
  const authentication = principal === undefined ? ({ state: 'anonymous' } as const) : ({ state: 'authenticated', principal } as const)
  for (;;) {
    const decision = judge(requirement, { authentication, facts }, TERMS)
    if (decision.outcome !== 'need') return decision
    const { name } = decision.fact
    const roles = /^role\((.+)\)$/.exec(name)?.[1]?.split(' or ')
    facts.set(name, { holds: roles === undefined ? relation !== 'foreign' : roles.some((role) => principal?.roles.includes(role) === true) })
  }
}

function classOf({ outcome }: Decision): Expectation['class'] {
  if (outcome === 'allow') return 'granted'
  if (outcome === 'challenge') return 'denied-auth'
  return outcome === 'conceal' ? 'hidden' : 'denied-authz'
}

/** Stands for whatever the target accepts. */
function schemeOf(name: string): Scheme {
  return {
    name,
    strength: 0,
    expresses: ['authenticate', 'request-scope', 'step-up'],
    carrier: 'authorization',
    opensDialog: false,
    extract: () => ({ found: 'nothing' }),
    verify: () => ({ result: 'rejected', reason: 'credentials-rejected' }),
    challenges: () => [{ scheme: name, params: {} }],
  }
}

const TERMS: Terms = {
  realm: '',
  schemes: [schemeOf('Bearer'), schemeOf('Basic'), schemeOf('ApiKey'), schemeOf('DPoP'), schemeOf('Digest')],
  now: 0,
  id: 'expected',
}

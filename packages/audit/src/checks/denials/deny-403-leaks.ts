import type { Requirement } from '@countersign/core'
import type { CellCheck } from '../../check.ts'
import { answered, askedInVain, isNobody, PASSED, seen } from '../asked.ts'
import { insidesIn } from '../insides.ts'
import { ruleOf } from '../rules.ts'

/** Short names stand in any text. */
const LENGTH = 3

/** Finds refusals that name other callers, the roles that would be enough, or the insides of the server. */
export const deny403Leaks: CellCheck = {
  kind: 'cell',
  rule: ruleOf('DENY-403-LEAKS'),
  judge: (cell, run) => {
    const asked = askedInVain(cell) && answered(cell)
    if (asked === undefined || (asked.observed.class !== 'denied-authz' && asked.observed.class !== 'hidden')) return undefined
    const { response, persona, observed, operation } = asked
    const sent = observed.exchange.request.target
    const others = run.personas.filter((one) => !isNobody(one) && one.name !== persona.name).map(({ principal }) => principal?.subject ?? '')
    // What stands in the request, too, the caller knows anyway.
    const named = others.find((subject) => subject.length >= LENGTH && !isWord(subject, sent) && isWord(subject, response.body))
    const roles = rolesIn(operation.requirement).filter((role) => role.length >= LENGTH && !isWord(role, sent) && isWord(role, response.body))
    const insides = insidesIn(response.body)
    const found =
      insides?.what ?? (named === undefined ? undefined : 'the name of another caller') ?? (roles.length === 0 ? undefined : 'the roles that would be enough')
    if (found === undefined) return PASSED
    return {
      level: 'strong',
      message: `${operation.key} refuses ${persona.name} with ${found}`,
      expected: 'a fixed text',
      observed: `${seen(observed)} with ${found}`,
      evidence: [observed.exchange],
      cause: found,
    }
  },
}

function isWord(text: string, inside: string): boolean {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`).test(inside)
}

function rolesIn(requirement: Requirement): readonly string[] {
  switch (requirement.type) {
    case 'role':
      return requirement.any
    case 'fact':
      return /^role\((.+)\)$/.exec(requirement.name)?.[1]?.split(' or ') ?? []
    case 'all':
    case 'any':
      return requirement.of.flatMap(rolesIn)
    case 'unprobeable':
      return rolesIn(requirement.of)
    default:
      return []
  }
}

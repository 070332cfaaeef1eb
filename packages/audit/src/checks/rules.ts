import type { Rule } from '../rule.ts'
import { CHALLENGE_RULES } from './rules/challenge.ts'
import { CREDENTIAL_RULES } from './rules/credentials.ts'
import { DENIAL_RULES } from './rules/denials.ts'
import { DESCRIPTION_RULES } from './rules/description.ts'
import { EFFECT_RULES } from './rules/effects.ts'
import { FUNCTION_RULES } from './rules/functions.ts'
import { HEADER_RULES } from './rules/headers.ts'
import { NOBODY_RULES } from './rules/nobody.ts'
import { OBJECT_RULES } from './rules/objects.ts'
import { ROBUSTNESS_RULES } from './rules/robustness.ts'
import { ROUTING_RULES } from './rules/routing.ts'
import { TOKEN_RULES } from './rules/tokens.ts'

/** Everything that can be wrong. */
export const RULES = {
  ...DESCRIPTION_RULES,
  ...NOBODY_RULES,
  ...CHALLENGE_RULES,
  ...CREDENTIAL_RULES,
  ...TOKEN_RULES,
  ...DENIAL_RULES,
  ...OBJECT_RULES,
  ...FUNCTION_RULES,
  ...ROUTING_RULES,
  ...HEADER_RULES,
  ...EFFECT_RULES,
  ...ROBUSTNESS_RULES,
}

export type RuleId = keyof typeof RULES

/** The rule with its id. */
export function ruleOf(id: RuleId): Rule {
  return { id, ...RULES[id] }
}

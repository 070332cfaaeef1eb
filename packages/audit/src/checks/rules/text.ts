import type { Rule } from '../../rule.ts'

/** Everything about a rule but its id, which is the key of its table. */
export type RuleTexts = Readonly<Record<string, Omit<Rule, 'id'>>>

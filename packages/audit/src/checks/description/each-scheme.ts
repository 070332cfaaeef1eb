import type { SecurityScheme } from '@countersign/openapi'
import type { DescriptionCheck } from '../../check.ts'
import { PASSED } from '../asked.ts'
import { ruleOf, type RuleId } from '../rules.ts'
import type { Wrong } from './each-operation.ts'

/** A check of every security scheme of a description. */
export function schemeCheck(id: RuleId, wrongWith: (scheme: SecurityScheme, all: readonly SecurityScheme[]) => Wrong | undefined): DescriptionCheck {
  return {
    kind: 'description',
    rule: ruleOf(id),
    judge: ({ securitySchemes }) =>
      securitySchemes.map((scheme) => {
        const wrong = wrongWith(scheme, securitySchemes)
        if (wrong === undefined) return { verdict: PASSED }
        const { says, expected, observed, level = 'strong' } = wrong
        const { file, line } = scheme.place
        return { verdict: { level, message: `${file}:${line} \`${scheme.name}\` ${says}`, expected, observed, evidence: [], cause: scheme.name } }
      }),
  }
}

import type { DescriptionCheck } from '../../check.ts'
import { PASSED } from '../asked.ts'
import { ruleOf } from '../rules.ts'
import { plainServers } from './plain-servers.ts'

/** Finds servers without encryption. */
export const specPlainhttp: DescriptionCheck = {
  kind: 'description',
  rule: ruleOf('SPEC-PLAINHTTP'),
  judge: (document) => {
    const found = plainServers(document)
    if (found.length === 0) return [{ verdict: PASSED }]
    return found.map((server) => ({
      verdict: {
        level: 'strong',
        message: `${document.file}: the server \`${server}\` is not encrypted`,
        expected: 'https',
        observed: `\`${server}\``,
        evidence: [],
        cause: server,
      },
    }))
  },
}

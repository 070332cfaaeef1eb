import type { DescriptionCheck } from '../../check.ts'
import { PASSED } from '../asked.ts'
import { ruleOf } from '../rules.ts'
import { plainServers } from './plain-servers.ts'

/** Finds Basic at servers without encryption. */
export const specBasic: DescriptionCheck = {
  kind: 'description',
  rule: ruleOf('SPEC-BASIC'),
  judge: (document) => {
    const basic = document.securitySchemes.find(({ as }) => as.toLowerCase() === 'basic')
    const [server] = plainServers(document)
    if (basic === undefined || server === undefined) return [{ verdict: PASSED }]
    const { file, line } = basic.place
    const message = `${file}:${line} \`${basic.name}\` sends passwords, and \`${server}\` is not encrypted`
    return [{ verdict: { level: 'strong', message, expected: 'https', observed: `Basic at \`${server}\``, evidence: [], cause: basic.name } }]
  },
}

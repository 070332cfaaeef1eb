import type { CellCheck } from '../../check.ts'
import { fieldOf, PASSED } from '../asked.ts'
import { ruleOf } from '../rules.ts'
import { challenged, challengesOf } from './refusals.ts'

const NEED_REALM: ReadonlySet<string> = new Set(['basic', 'digest'])

/** Finds challenges of Basic and Digest whose realm is missing or not quoted. */
export const chalRealm: CellCheck = {
  kind: 'cell',
  rule: ruleOf('CHAL-REALM'),
  judge: (cell) => {
    const asked = challenged(cell)
    if (asked === undefined) return undefined
    const text = fieldOf(asked.response, 'www-authenticate')
    const needing = challengesOf(asked.response).challenges.filter(({ scheme }) => NEED_REALM.has(scheme.toLowerCase()))
    const without = needing.find(({ params }) => params['realm'] === undefined)
    const bare = needing.length > 0 && /\brealm\s*=\s*[^\s"]/i.test(text)
    if (needing.length === 0) return undefined
    if (without === undefined && !bare) return PASSED
    return {
      level: 'strong',
      message: `${asked.operation.key}: ${without === undefined ? 'the realm is not in quotes' : `${without.scheme} is offered without a realm`}`,
      expected: '`realm="..."`',
      observed: `\`${text.slice(0, 200)}\``,
      evidence: [asked.observed.exchange],
      cause: without === undefined ? 'bare' : 'missing',
    }
  },
}

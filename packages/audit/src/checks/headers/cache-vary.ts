import type { CellCheck } from '../../check.ts'
import { answered, isNobody, PASSED } from '../asked.ts'
import { fieldOf } from '../asked.ts'
import { ruleOf } from '../rules.ts'
import { isKeptByWord, isSharedByWord, variesByCaller } from './caching.ts'

/** Finds answers to known callers that shared caches may keep for others. */
export const cacheVary: CellCheck = {
  kind: 'cell',
  rule: ruleOf('CACHE-VARY'),
  judge: (cell, run) => {
    const asked = answered(cell)
    if (asked === undefined || isNobody(cell.persona) || asked.observed.class !== 'granted' || asked.operation.requirement.type === 'open') return undefined
    if (run.expect(asked.operation, run.nobody).class === 'granted') return undefined
    const names = asked.observed.exchange.request.fields.map(([name]) => name.toLowerCase()).filter((name) => name !== 'accept' && name !== 'user-agent')
    // `Authorization` alone forbids shared caches, unless the answer allows it expressly (RFC 9111 section 3.5).
    const shared = names.includes('authorization') ? isSharedByWord(asked.response) : isKeptByWord(asked.response)
    if (!shared || variesByCaller(asked.response, names)) return PASSED
    return {
      level: 'strong',
      message: `${asked.operation.key}: shared caches may keep what ${asked.persona.name} gets, and give it to others`,
      expected: '`private` or `no-store`, or `Vary` by the credentials',
      observed: `\`Cache-Control: ${fieldOf(asked.response, 'cache-control').slice(0, 100)}\``,
      evidence: [asked.observed.exchange],
    }
  },
}

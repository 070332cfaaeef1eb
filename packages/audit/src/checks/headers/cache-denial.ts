import type { CellCheck } from '../../check.ts'
import type { AnswerClass } from '../../observation.ts'
import { answered, fieldOf, PASSED } from '../asked.ts'
import { ruleOf } from '../rules.ts'
import { directivesOf, isKeptByWord, variesByCaller } from './caching.ts'

const REFUSALS: ReadonlySet<AnswerClass> = new Set(['denied-auth', 'denied-authz', 'hidden'])

/** Finds refusals that caches may keep. */
export const cacheDenial: CellCheck = {
  kind: 'cell',
  rule: ruleOf('CACHE-DENIAL'),
  judge: (cell) => {
    const asked = answered(cell)
    if (asked === undefined || cell.expected.class === 'granted' || !REFUSALS.has(asked.observed.class)) return undefined
    const says = directivesOf(asked.response)
    const allowed = isKeptByWord(asked.response) && !variesByCaller(asked.response, CALLER)
    if (!allowed && (says.has('no-store') || says.has('private') || says.has('no-cache'))) return PASSED
    const written = fieldOf(asked.response, 'cache-control')
    return {
      level: 'strong',
      message: `${asked.operation.key}: the refusal of ${asked.persona.name} ${allowed ? 'may be kept by caches' : 'does not forbid caches to keep it'}`,
      expected: '`Cache-Control: no-store`',
      observed: written === '' ? 'no `Cache-Control`' : `\`Cache-Control: ${written.slice(0, 100)}\``,
      evidence: [asked.observed.exchange],
      cause: allowed ? 'allowed' : 'not forbidden',
      severity: allowed ? 'medium' : 'low',
    }
  },
}

const CALLER = ['authorization', 'cookie']

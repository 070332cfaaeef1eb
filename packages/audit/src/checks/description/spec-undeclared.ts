import { SAFE_METHODS } from '../../operation.ts'
import { operationCheck } from './each-operation.ts'

/** What is public by its nature: who signs up or logs in has no credentials yet, and who calls back has others. */
const PUBLIC = /sign-?(up|in)|register|registration|log-?in|oauth|token|webhook|callback|password|forgot|reset|verif|confirm|health|contact|feedback/i

/** Finds changes that the description asks nothing for. */
export const specUndeclared = operationCheck('SPEC-UNDECLARED', ({ method, path, id, tags, declared, requirement }) => {
  if (SAFE_METHODS.has(method) || PUBLIC.test([path, id ?? '', ...tags].join(' '))) return undefined
  if (declared && requirement.type !== 'open') return undefined
  return {
    says: declared ? 'changes something and is opened to everybody' : 'changes something, and nothing is said about who may',
    expected: '`security` with a scheme',
    observed: declared ? '`security: []`' : 'no `security`',
    ...(declared ? { severity: 'low' } : {}),
  }
})

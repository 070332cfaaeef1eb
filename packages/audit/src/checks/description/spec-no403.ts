import type { Requirement } from '@countersign/core'
import { describes, listed, operationCheck } from './each-operation.ts'

/** Finds operations for some callers that describe neither 403 nor 404. */
export const specNo403 = operationCheck('SPEC-NO403', (operation) => {
  if (!chooses(operation.requirement) || describes(operation, '403', '404')) return undefined
  return { says: 'refuses some known callers and does not describe how', expected: 'a described 403, or 404', observed: listed(operation) }
})

/** Whether a requirement lets some known callers in and others not. */
function chooses(requirement: Requirement): boolean {
  switch (requirement.type) {
    case 'scope':
    case 'role':
    case 'fact':
    case 'user':
      return true
    case 'all':
    case 'any':
      return requirement.of.some(chooses)
    case 'unprobeable':
      return chooses(requirement.of)
    default:
      return false
  }
}

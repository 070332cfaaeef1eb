import type { Requirement } from '@countersign/core'
import { SAFE_METHODS } from '../../operation.ts'
import { operationCheck } from './each-operation.ts'

/** Finds changes for which credentials are optional. */
export const specOptional = operationCheck('SPEC-OPTIONAL', ({ method, requirement, declared }) => {
  if (SAFE_METHODS.has(method) || !declared || !letsAnybody(requirement)) return undefined
  return { says: 'changes something, and credentials for it are optional', expected: 'no `{}` among the alternatives', observed: '`{}`' }
})

function letsAnybody(requirement: Requirement): boolean {
  return requirement.type === 'anyone' || (requirement.type === 'any' && requirement.of.some(letsAnybody))
}

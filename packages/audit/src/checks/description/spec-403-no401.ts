import { describes, listed, operationCheck } from './each-operation.ts'

/** Finds operations that describe 403 and not 401. */
export const spec403No401 = operationCheck('SPEC-403-NO401', (operation) => {
  if (!operation.answers.some(({ status }) => status === '403') || describes(operation, '401')) return undefined
  return { says: 'describes 403 and not 401', expected: 'both', observed: listed(operation) }
})

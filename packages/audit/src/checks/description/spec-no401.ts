import { describes, isOpen, listed, operationCheck } from './each-operation.ts'

/** Finds protected operations that describe no 401. */
export const specNo401 = operationCheck('SPEC-NO401', (operation) => {
  if (!operation.declared || isOpen(operation) || describes(operation, '401')) return undefined
  return { says: 'asks for credentials and describes no 401', expected: 'a described 401', observed: listed(operation) }
})

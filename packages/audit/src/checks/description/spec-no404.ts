import { describes, listed, operationCheck } from './each-operation.ts'

/** Finds operations about one object that describe no 404. */
export const specNo404 = operationCheck('SPEC-NO404', (operation) => {
  // What is put somewhere need not have been there.
  if (!/\{[^{}]*\}$/.test(operation.path) || operation.method === 'PUT' || describes(operation, '404', '410')) return undefined
  return { says: 'is about one object and describes no 404', expected: 'a described 404', observed: listed(operation) }
})

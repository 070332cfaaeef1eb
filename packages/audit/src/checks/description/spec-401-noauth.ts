import { listed, operationCheck } from './each-operation.ts'

/** Finds operations that describe 401 and ask for nothing. */
export const spec401Noauth = operationCheck('SPEC-401-NOAUTH', (operation) => {
  const { answers, requirement, declared } = operation
  if ((declared && requirement.type !== 'open') || !answers.some(({ status }) => status === '401')) return undefined
  return { says: 'describes 401 and asks for no credentials', expected: 'a requirement', observed: `${listed(operation)}, without one` }
})

import { operationCheck } from './each-operation.ts'

/** Finds described 401 without their challenge. */
export const specChallengeUndoc = operationCheck('SPEC-CHALLENGE-UNDOC', ({ answers }) => {
  const described = answers.find(({ status }) => status === '401')
  if (described === undefined || described.fields.includes('www-authenticate')) return undefined
  return { says: 'describes a 401 without `WWW-Authenticate`', expected: 'the field among the `headers` of the answer', observed: 'no such field' }
})

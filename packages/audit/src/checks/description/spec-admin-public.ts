import { isOpen, operationCheck } from './each-operation.ts'

const ADMINISTRATION = /\b(admin|administration|internal|debug|impersonate|promote|demote|superuser|sudo|backoffice|maintenance|actuator|shutdown)\b/i

/** Finds what speaks of administration and asks for nothing. It is a suspicion until it is called. */
export const specAdminPublic = operationCheck('SPEC-ADMIN-PUBLIC', (operation) => {
  const { path, tags, summary = '', id = '', declared } = operation
  const text = [path, ...tags, summary, id.replace(/([a-z])([A-Z])/g, '$1 $2')].join(' ').replaceAll('_', ' ')
  const word = ADMINISTRATION.exec(text)?.[1]
  if (word === undefined || (declared && !isOpen(operation))) return undefined
  return {
    says: 'speaks of administration and asks for nothing',
    expected: 'a role or a scope',
    observed: `\`${word}\` without a requirement`,
    level: 'suspected',
  }
})

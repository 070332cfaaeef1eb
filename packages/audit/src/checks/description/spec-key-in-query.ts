import { schemeCheck } from './each-scheme.ts'

/** Finds keys that stand in the address. */
export const specKeyInQuery = schemeCheck('SPEC-KEY-IN-QUERY', ({ in: place, parameter }) =>
  place === 'query' ? { says: 'is a key in the query', expected: 'a field', observed: `\`?${parameter ?? ''}=\`` } : undefined,
)

import type { ProbeCheck } from '../../check.ts'
import { elsewhereCases, parametersElsewhere, type Put } from './elsewhere.ts'

const inQuery: Put = (request, name, value) => ({
  ...request,
  target: `${request.target}${request.target.includes('?') ? '&' : '?'}${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
})

export const bolaQuery: ProbeCheck = {
  kind: 'probe',
  mode: 'safe',
  rule: {
    id: 'BOLA-QUERY',
    title: 'shows what a parameter of the query names, whosever it is',
    severity: 'high',
    cwe: [639],
    owasp: ['API1'],
    why: 'A filter replaces the check: who writes another name into it is shown the objects of that user.',
    fix: 'Filters narrow what the caller may see; they never widen it. Put both conditions into the query.',
  },
  plan: (planning) => elsewhereCases(planning, parametersElsewhere(planning, 'query'), inQuery),
}

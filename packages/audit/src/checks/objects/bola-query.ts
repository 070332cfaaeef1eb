import type { ProbeCheck } from '../../check.ts'
import { elsewhereCases, parametersElsewhere, type Put } from './elsewhere.ts'
import { ruleOf } from '../rules.ts'

const inQuery: Put = (request, name, value) => ({
  ...request,
  target: `${request.target}${request.target.includes('?') ? '&' : '?'}${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
})

export const bolaQuery: ProbeCheck = {
  kind: 'probe',
  mode: 'safe',
  rule: ruleOf('BOLA-QUERY'),
  plan: (planning) => elsewhereCases(planning, parametersElsewhere(planning, 'query'), inQuery),
}

import type { ProbeCheck } from '../../check.ts'
import { elsewhereCases, parametersElsewhere, type Put } from './elsewhere.ts'
import { ruleOf } from '../rules.ts'

const inField: Put = (request, name, value) => ({
  ...request,
  fields: [...request.fields.filter(([one]) => one.toLowerCase() !== name.toLowerCase()), [name, value]],
})

export const bolaHeader: ProbeCheck = {
  kind: 'probe',
  mode: 'safe',
  rule: ruleOf('BOLA-HEADER'),
  plan: (planning) => elsewhereCases(planning, parametersElsewhere(planning, 'header'), inField),
}

import type { ProbeCheck } from '../../check.ts'
import { elsewhereCases, parametersElsewhere, type Put } from './elsewhere.ts'

const inField: Put = (request, name, value) => ({
  ...request,
  fields: [...request.fields.filter(([one]) => one.toLowerCase() !== name.toLowerCase()), [name, value]],
})

export const bolaHeader: ProbeCheck = {
  kind: 'probe',
  mode: 'safe',
  rule: {
    id: 'BOLA-HEADER',
    title: 'shows what a request field names, whosever it is',
    severity: 'high',
    cwe: [639],
    owasp: ['API1'],
    why: 'A field such as `X-Customer` is written by whoever sends the request, and the API believes it.',
    fix: 'Take who the caller is from the verified credentials alone; let a field choose only among what those allow.',
  },
  plan: (planning) => elsewhereCases(planning, parametersElsewhere(planning, 'header'), inField),
}

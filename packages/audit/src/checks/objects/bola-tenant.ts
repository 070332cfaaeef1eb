import type { Case, ProbeCheck } from '../../check.ts'
import type { AuditRequest, Exchange } from '../../exchange.ts'
import { SAFE_METHODS, type AuditOperation } from '../../operation.ts'
import type { Persona } from '../../persona.ts'
import { isTenant } from '../../plan/tenant.ts'
import type { Planning, Run } from '../../run.ts'
import { statusOf } from '../answers.ts'
import { ruleOf } from '../rules.ts'

export const bolaTenant: ProbeCheck = {
  kind: 'probe',
  mode: 'safe',
  rule: ruleOf('BOLA-TENANT'),
  plan: (planning) => planning.operations.flatMap((operation) => (SAFE_METHODS.has(operation.method) ? casesOf(operation, planning) : [])),
}

function casesOf(operation: AuditOperation, planning: Planning): readonly Case[] {
  const parameter = operation.parameters.find(({ name, in: where }) => isTenant(name) && (where === 'path' || where === 'query' || where === 'header'))
  if (parameter === undefined) return []
  const residents = planning.personas.filter(
    (persona) =>
      persona.tenant !== undefined && persona.state === undefined && !persona.caretaker && planning.expect(operation, persona, 'own').class === 'granted',
  )
  return residents.flatMap((attacker) => {
    const resident = residents.find(({ tenant }) => tenant !== attacker.tenant)
    return resident === undefined ? [] : [tenantCase({ operation, name: parameter.name, where: parameter.in, attacker, resident })]
  })
}

interface Crossing {
  readonly operation: AuditOperation
  readonly name: string
  readonly where: string
  readonly attacker: Persona
  readonly resident: Persona
}

function tenantCase(crossing: Crossing): Case {
  const { operation, attacker, resident } = crossing
  const line = `${operation.key} of ${resident.tenant} as ${attacker.name}`
  return {
    key: line,
    operation,
    persona: attacker.name,
    sends: [`${operation.key} of ${attacker.tenant} as ${attacker.name}`, `${operation.key} of ${resident.tenant} as ${resident.name}`, line],
    risk: 92,
    try: async (run) => {
      const own = await ask(crossing, { as: attacker, tenant: attacker.tenant }, run)
      const theirs = await ask(crossing, { as: resident, tenant: resident.tenant }, run)
      const crossed = await ask(crossing, { as: attacker, tenant: resident.tenant }, run)
      if (own === undefined || theirs === undefined || crossed === undefined) return { level: 'not-tested', why: 'a value is missing for it' }
      if (run.observe(own, operation).class !== 'granted' || run.observe(theirs, operation).class !== 'granted')
        return { level: 'inconclusive', why: 'somebody is not let in to the own tenant' }
      if (run.observe(crossed, operation).class !== 'granted') return { level: 'passed' }
      const [mine, others, seen] = [contentOf(own), contentOf(theirs), contentOf(crossed)]
      // The parameter is ignored, and everybody is shown what is theirs.
      if (seen === mine && mine !== others) return { level: 'passed' }
      return {
        level: seen === others && mine !== others ? 'proven' : 'strong',
        message: `${attacker.name} of ${attacker.tenant} is let in to ${resident.tenant}`,
        expected: '404, or 403',
        observed: statusOf(crossed),
        evidence: [own, theirs, crossed],
        cause: operation.key,
      }
    },
  }
}

async function ask(
  { operation, name, where }: Crossing,
  { as, tenant = '' }: { readonly as: Persona; readonly tenant: string | undefined },
  run: Run,
): Promise<Exchange | undefined> {
  const built = run.build(operation, as, { values: { [name]: tenant } })
  if (built.request === undefined) return undefined
  const request: AuditRequest =
    where !== 'header'
      ? built.request
      : { ...built.request, fields: [...built.request.fields.filter(([one]) => one.toLowerCase() !== name.toLowerCase()), [name, tenant]] }
  return run.send(request, as)
}

function contentOf({ response }: Exchange): string {
  return (response?.body ?? '').replace(/\d+/g, '0')
}

import type { ProbeCheck } from '../../check.ts'
import type { AuditOperation } from '../../operation.ts'
import type { Persona } from '../../persona.ts'
import type { Planning, Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { entitledTo, inconclusive, isNobody, NO_BASELINE, notTested, PASSED, seen } from '../asked.ts'
import { protectedReads } from '../attack.ts'
import { likeness } from '../nobody/likeness.ts'
import { ruleOf } from '../rules.ts'
import { variantsOf } from './variants.ts'

/** Sends other spellings of a path, as somebody who may not. */
export const routeVariant: ProbeCheck = {
  kind: 'probe',
  rule: ruleOf('ROUTE-VARIANT'),
  mode: 'safe',
  plan: (planning) =>
    protectedReads(planning).map((operation) => {
      const stranger = strangerTo(operation, planning)
      return {
        key: `${operation.key} ${stranger.name}`,
        operation,
        persona: stranger.name,
        sends: variantsOf(operation.path).map(({ name, target }) => `GET ${target} as ${stranger.name} (${name})`),
        risk: 78,
        try: async (run) => tryVariants(operation, stranger, run),
      }
    }),
}

/** Somebody known who may not, since that also shows guards that only forget about roles; or else nobody. */
export function strangerTo(operation: AuditOperation, planning: Planning): Persona {
  const refused = (persona: Persona): boolean =>
    !isNobody(persona) && persona.state === undefined && ['denied-authz', 'hidden'].includes(planning.expect(operation, persona, 'foreign').class)
  return planning.personas.find(refused) ?? planning.nobody
}

async function tryVariants(operation: AuditOperation, stranger: Persona, run: Run): Promise<Verdict> {
  const entitled = entitledTo(operation, run)
  if (entitled === undefined) return inconclusive(NO_BASELINE)
  const built = run.build(operation, stranger, { owner: entitled.persona })
  if (built.request === undefined) return notTested(built.missing)
  const plain = run.observe(await run.send(built.request, stranger), operation)
  if (plain.class === 'granted') return notTested(`${stranger.name} is let in by the plain path, which is a finding of its own`)
  const [path = '', query] = built.request.target.split('?', 2)
  for (const { name, target } of variantsOf(path)) {
    const sent = { ...built.request, target: query === undefined ? target : `${target}?${query}` }
    const observed = run.observe(await run.send(sent, stranger), operation)
    const { response } = observed.exchange
    // Another spelling may be another resource: it must be the data of this one.
    if (observed.class !== 'granted' || response === undefined || likeness(response, entitled.response) !== 'same') continue
    return {
      level: 'proven',
      message: `${operation.key} is refused to ${stranger.name}, and granted with ${name}`,
      expected: seen(plain),
      observed: seen(observed),
      evidence: [entitled.observed.exchange, plain.exchange, observed.exchange],
      cause: name,
    }
  }
  return PASSED
}

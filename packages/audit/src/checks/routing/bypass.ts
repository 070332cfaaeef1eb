import type { ProbeCheck } from '../../check.ts'
import type { AuditRequest, FieldLines } from '../../exchange.ts'
import type { Observation } from '../../observation.ts'
import type { AuditOperation } from '../../operation.ts'
import type { Persona } from '../../persona.ts'
import type { Planning, Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { entitledTo, inconclusive, NO_BASELINE, notTested, PASSED, seen } from '../asked.ts'
import { protectedReads } from '../attack.ts'
import { likeness } from '../nobody/likeness.ts'
import { ruleOf, type RuleId } from '../rules.ts'
import { strangerTo } from './route-variant.ts'

/** One other way to ask for the same. */
export interface Detour {
  readonly name: string
  readonly request: AuditRequest
}

export interface Bypass {
  readonly risk: number
  readonly sends: string
  readonly detours: (request: AuditRequest, run: Run) => readonly Detour[]
  /** What counts beside the data themselves. */
  readonly reveals?: (observed: Observation) => boolean
  /** Which operations; by default all protected ones. */
  readonly operations?: (planning: Planning) => readonly AuditOperation[]
}

/** A check that asks in other ways for what is refused to somebody, and finds that they are let in. */
export function bypassCheck(id: RuleId, bypass: Bypass): ProbeCheck {
  return {
    kind: 'probe',
    rule: ruleOf(id),
    mode: 'safe',
    plan: (planning) =>
      (bypass.operations ?? protectedReads)(planning).map((operation) => {
        const stranger = strangerTo(operation, planning)
        return {
          key: `${operation.key} ${stranger.name}`,
          operation,
          persona: stranger.name,
          sends: [`${operation.key} as ${stranger.name}, ${bypass.sends}`],
          risk: bypass.risk,
          try: async (run) => tryDetours({ operation, stranger }, bypass, run),
        }
      }),
  }
}

interface Attack {
  readonly operation: AuditOperation
  readonly stranger: Persona
}

async function tryDetours({ operation, stranger }: Attack, { detours, reveals = () => false }: Bypass, run: Run): Promise<Verdict> {
  const entitled = entitledTo(operation, run)
  if (entitled === undefined) return inconclusive(NO_BASELINE)
  const built = run.build(operation, stranger, { owner: entitled.persona })
  if (built.request === undefined) return notTested(built.missing)
  const plain = run.observe(await run.send(built.request, stranger), operation)
  if (plain.class === 'granted') return notTested(`${stranger.name} is let in without any detour, which is a finding of its own`)
  for (const { name, request } of detours(built.request, run)) {
    const observed = run.observe(await run.send(request, stranger), operation)
    const { response } = observed.exchange
    const granted = observed.class === 'granted' && response !== undefined && likeness(response, entitled.response) !== 'other'
    if (!granted && !reveals(observed)) continue
    return {
      level: granted ? 'proven' : 'strong',
      message: `${operation.key} is refused to ${stranger.name}, and answered with ${name}`,
      expected: seen(plain),
      observed: seen(observed),
      evidence: [entitled.observed.exchange, plain.exchange, observed.exchange],
      cause: name,
    }
  }
  return PASSED
}

/** The request with these fields in the place of those of the same name. */
export function replacing(request: AuditRequest, ...fields: FieldLines): AuditRequest {
  const names = new Set(fields.map(([name]) => name.toLowerCase()))
  return { ...request, fields: [...request.fields.filter(([name]) => !names.has(name.toLowerCase())), ...fields] }
}

import { withMarker } from '../../objects/content.ts'
import { callOn } from '../../objects/look.ts'
import type { Resource } from '../../objects/objects.ts'
import { resourceIn } from '../../objects/ownership.ts'
import { resourcesOf } from '../../objects/resources.ts'
import type { Case } from '../../check.ts'
import type { Exchange } from '../../exchange.ts'
import { SAFE_METHODS, type AuditOperation } from '../../operation.ts'
import type { Persona } from '../../persona.ts'
import type { Planning, Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { statusOf } from '../answers.ts'

/** Somebody calls what changes something, and may not. */
interface Call {
  readonly operation: AuditOperation
  readonly persona: Persona
  /** What it makes, or whose objects it is about. */
  readonly resource: Resource | undefined
  readonly declared: boolean
}

/**
 * Every operation that changes something, as everybody who should be refused for one of the reasons; of each set of rights one.
 *
 * What makes objects is tried with the mode `writes`, since what it makes can be removed; what cannot be undone needs `full`.
 */
export function deniedWrites(planning: Planning, reasons: readonly string[], message: (call: Pick<Call, 'persona' | 'operation'>) => string): readonly Case[] {
  return planning.operations
    .filter(({ method }) => !SAFE_METHODS.has(method))
    .flatMap((operation) => refused(planning, operation, reasons).map((call) => caseOf(call, message)))
}

function refused(planning: Planning, operation: AuditOperation, reasons: readonly string[]): readonly Call[] {
  const found = new Map<string, Call>()
  const resources = resourcesOf(planning)
  const made = resources.find(({ create, parent }) => create?.key === operation.key && parent === undefined)
  for (const persona of planning.personas) {
    if (persona.state !== undefined) continue
    const { decision, source } = planning.expect(operation, persona, 'own')
    if (decision.outcome === 'allow' || !reasons.includes(decision.reason)) continue
    const kind = JSON.stringify([persona.principal?.roles, persona.principal?.scopes])
    if (!found.has(kind)) found.set(kind, { operation, persona, resource: made ?? resourceIn(resources, operation), declared: source !== 'assumed' })
  }
  return [...found.values()]
}

function caseOf(call: Call, message: (call: Call) => string): Case {
  const { operation, persona, resource } = call
  const makes = resource?.create?.key === operation.key
  return {
    key: `${operation.key} as ${persona.name}`,
    operation,
    persona: persona.name,
    sends: [`${operation.key} as ${persona.name}`],
    risk: 75,
    mode: makes && resource.remove !== undefined ? 'writes' : 'full',
    try: async (run) => (makes ? tryMaking(call, resource, run) : tryCalling(call, run)).then((verdict) => verdict(message(call))),
  }
}

type Judged = (message: string) => Verdict

/** Makes an object and hands it over to be removed. */
async function tryMaking({ operation, persona, declared }: Call, resource: Resource, run: Run): Promise<Judged> {
  const marker = run.marker(`made by ${operation.key} as ${persona.name}`)
  const example = operation.content?.example
  const marked = withMarker(example, marker, 'every')
  const body = marked ?? example
  const built = run.build(operation, persona, body === undefined ? {} : { body })
  if (built.request === undefined) return () => ({ level: 'not-tested', why: built.missing })
  run.journal.add({ type: 'creating', object: { resource: resource.item, owner: persona.name, values: {}, marker } })
  const exchange = await run.send(built.request, persona)
  const object = await run.objects.adopt(resource, { by: persona, exchange, marker, marked: marked !== undefined }, run)
  const seen = run.observe(exchange, operation).class
  const there = object !== undefined
  if (there && seen !== 'granted')
    return () => ({
      level: 'proven',
      severity: 'critical',
      message: `${persona.name} was refused, and what it made is there`,
      expected: 'a refusal, and nothing made',
      observed: `${statusOf(exchange)}, and an object`,
      evidence: [exchange],
      cause: operation.key,
    })
  return judged(exchange, { seen, sure: declared ? (there ? 'proven' : 'strong') : 'suspected', cause: operation.key })
}

async function tryCalling({ operation, persona, resource, declared }: Call, run: Run): Promise<Judged> {
  const owner = run.personas.find((one) => one.principal !== undefined && resource !== undefined && run.objects.find(resource, one)?.seeded === true)
  const object = resource === undefined || owner === undefined ? undefined : await run.objects.throwAway(resource, owner, run)
  if (resource !== undefined && object === undefined)
    return () => ({ level: 'not-tested', why: `there is no object that was made, and what was there before is not touched` })
  const built = object === undefined ? run.build(operation, persona) : undefined
  if (built?.missing !== undefined) return () => ({ level: 'not-tested', why: built.missing })
  const exchange = object === undefined ? built?.request && (await run.send(built.request, persona)) : await callOn(object, operation, { run, as: persona })
  if (exchange === undefined) return () => ({ level: 'not-tested', why: 'a value is missing for it' })
  return judged(exchange, { seen: run.observe(exchange, operation).class, sure: declared ? 'strong' : 'suspected', cause: operation.key })
}

interface Seen {
  readonly seen: string
  readonly sure: 'proven' | 'strong' | 'suspected'
  readonly cause: string
}

function judged(exchange: Exchange, { seen, sure, cause }: Seen): Judged {
  if (seen === 'invalid' || seen === 'limited' || seen === 'broken' || seen === 'unknown')
    return () => ({ level: 'inconclusive', why: `the answer is \`${seen}\`, neither a refusal nor what was asked for` })
  if (seen !== 'granted') return () => ({ level: 'passed' })
  return (message) => ({ level: sure, severity: 'critical', message, expected: 'a refusal', observed: statusOf(exchange), evidence: [exchange], cause })
}

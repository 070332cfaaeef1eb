import { createHash } from 'node:crypto'
import type { Cell } from './check.ts'
import type { Objects } from './objects/objects.ts'
import { classifyByStatus } from './observe/classify.ts'
import type { AuditOperation, Relation } from './operation.ts'
import type { Persona } from './persona.ts'
import { buildRequest } from './plan/build.ts'
import type { Planning, Run } from './run.ts'
import type { Sender } from './send/sender.ts'

export interface RunParts {
  readonly planning: Planning
  readonly sender: Sender
  readonly objects: Objects
  /** Cells that were read so far. */
  readonly cells: readonly Cell[]
  readonly seed: string
}

/** What checks use while a run goes on. */
export function createRun({ planning, sender, objects, cells, seed }: RunParts): Run {
  const { personas, nobody } = planning
  const nonsense = new Map<string, Promise<boolean>>()
  const run: Run = {
    ...planning,
    cells,
    cell: (operation, persona, relation) => cellOf(cells, { operation, persona, relation }),
    objects,
    build: (operation, persona, parts = {}) => buildRequest({ operation, persona, parts }, { objects, personas }),
    send: async (request, as) => sender.send(request, as),
    observe: (exchange) => classifyByStatus(exchange),
    refusesNonsense: async (operation) => {
      const known = nonsense.get(operation.key) ?? refusesNonsense(operation, run)
      nonsense.set(operation.key, known)
      return known
    },
    admitsEntitled: async (operation) => admitsEntitled(operation, run),
    marker: (purpose) => createHash('sha256').update(`${seed} ${purpose}`).digest('hex').slice(0, 24),
    now: () => Date.now(),
    nobody,
  }
  return run
}

interface Wanted {
  readonly operation: AuditOperation
  readonly persona: Persona
  readonly relation: Relation | undefined
}

function cellOf(cells: readonly Cell[], { operation, persona, relation }: Wanted): Cell | undefined {
  const mine = cells.filter((cell) => cell.operation.key === operation.key && cell.persona.name === persona.name)
  return relation === undefined ? (mine.find((cell) => cell.relation !== 'foreign') ?? mine[0]) : mine.find((cell) => cell.relation === relation)
}

async function refusesNonsense(operation: AuditOperation, run: Run): Promise<boolean> {
  const entitled = entitledTo(operation, run)
  const credentials = await entitled?.credentials()
  if (entitled === undefined || credentials === undefined) return false
  const built = run.build(operation, entitled)
  if (built.request === undefined) return false
  const random = run.marker(`nonsense ${operation.key}`)
  const fields = credentials.fields.map(([name, value]): readonly [string, string] => [name, nonsenseLike(value, credentials.value, random)])
  const exchange = await run.send({ ...built.request, fields: [...built.request.fields, ...fields] }, run.nobody)
  return run.observe(exchange, operation).class !== 'granted'
}

/** The same form with random text in place of the secret. */
function nonsenseLike(value: string, secret: string, random: string): string {
  return value.includes(secret) ? value.replace(secret, random) : value.replace(/\S+$/, random)
}

async function admitsEntitled(operation: AuditOperation, run: Run): Promise<boolean> {
  const entitled = entitledTo(operation, run)
  const built = entitled && run.build(operation, entitled)
  if (entitled === undefined || built?.request === undefined) return false
  return run.observe(await run.send(built.request, entitled), operation).class === 'granted'
}

/** Somebody who may, and was seen to. */
function entitledTo(operation: AuditOperation, run: Run): Persona | undefined {
  const relation = (persona: Persona): Relation => run.cell(operation, persona)?.relation ?? 'none'
  const may = run.personas.filter((persona) => persona.principal !== undefined && run.expect(operation, persona, relation(persona)).class === 'granted')
  return may.find((persona) => run.cell(operation, persona)?.observed?.class === 'granted') ?? may[0]
}

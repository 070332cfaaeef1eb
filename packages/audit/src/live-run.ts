import { createHash } from 'node:crypto'
import type { Cell } from './check.ts'
import type { Journal } from './journal/journal.ts'
import type { Objects } from './objects/objects.ts'
import { sendNonsense } from './observe/calibrate.ts'
import { classify } from './observe/classify.ts'
import type { Knowledge } from './observe/knowledge.ts'
import { SAFE_METHODS, type AuditOperation, type Relation } from './operation.ts'
import type { Persona } from './persona.ts'
import { buildRequest } from './plan/build.ts'
import type { Planning, Run } from './run.ts'
import type { Sender } from './send/sender.ts'

export interface RunParts {
  readonly planning: Planning
  readonly sender: Pick<Sender, 'send'>
  readonly objects: Objects
  readonly journal: Journal
  readonly knowledge: Knowledge
  /** Cells that were read so far. */
  readonly cells: readonly Cell[]
  /** What markers are made of; the same one makes the same ones. */
  readonly seed: string
  /** Milliseconds by which the clock of the target is ahead. */
  readonly skew: () => number
}

/** What checks use while a run goes on. */
export function createRun({ planning, sender, objects, journal, knowledge, cells, seed, skew }: RunParts): Run {
  const nonsense = new Map<string, Promise<boolean>>()
  const run: Run = {
    ...planning,
    cells,
    cell: cellFinder(cells),
    objects,
    journal,
    build: (operation, persona, parts = {}) => buildRequest({ operation, persona, parts }, { objects, personas: planning.personas }),
    send: async (request, as) => sender.send(request, as),
    observe: (exchange, operation) => classify(exchange, operation, knowledge),
    refusesNonsense: async (operation) => {
      const known = nonsense.get(operation.key) ?? refusesNonsense(operation, run)
      nonsense.set(operation.key, known)
      return known
    },
    admitsEntitled: async (operation) => (await entitledAnswer(operation, run)) === 'admitted',
    marker: (purpose) => createHash('sha256').update(`${seed} ${purpose}`).digest('hex').slice(0, 24),
    now: () => Date.now() + skew(),
  }
  return run
}

/** Finds cells without looking at all of them: checks ask for each cell of thousands. The list only grows; its cells may be replaced. */
function cellFinder(cells: readonly Cell[]): Run['cell'] {
  const places = new Map<string, number[]>()
  let read = 0
  return (operation: AuditOperation, persona: Persona, relation?: Relation) => {
    for (; read < cells.length; read += 1) {
      const key = `${cells[read]?.operation.key} ${cells[read]?.persona.name}`
      places.set(key, [...(places.get(key) ?? []), read])
    }
    const mine = (places.get(`${operation.key} ${persona.name}`) ?? []).flatMap((place) => cells[place] ?? [])
    return relation === undefined ? (mine.find((cell) => cell.relation !== 'foreign') ?? mine[0]) : mine.find((cell) => cell.relation === relation)
  }
}

async function refusesNonsense(operation: AuditOperation, run: Run): Promise<boolean> {
  const asked = readingLike(operation, run)
  const entitled = asked && entitledTo(asked, run)
  const exchange = asked && entitled && (await sendNonsense({ operation: asked, persona: entitled }, run))
  return exchange?.response !== undefined && run.observe(exchange, asked ?? operation).class !== 'granted'
}

/** Whether somebody who may, and was let in before, is let in now; `unknown` if nobody is known who was. */
export async function entitledAnswer(operation: AuditOperation, run: Run): Promise<'admitted' | 'refused' | 'unknown'> {
  const asked = readingLike(operation, run)
  const entitled = asked && entitledTo(asked, run)
  const built = asked && entitled && run.build(asked, entitled)
  if (asked === undefined || entitled === undefined || built?.request === undefined) return 'unknown'
  return run.observe(await run.send(built.request, entitled), asked).class === 'granted' ? 'admitted' : 'refused'
}

/** The operation itself if it reads, else one that reads at the same path: controls change nothing. */
function readingLike(operation: AuditOperation, { operations }: Run): AuditOperation | undefined {
  if (SAFE_METHODS.has(operation.method)) return operation
  const reading = operations.filter(({ method, neverTouch }) => method === 'GET' && neverTouch === undefined)
  return reading.find(({ path }) => path === operation.path) ?? reading.find(({ path }) => operation.path.startsWith(path) && path.length > 1)
}

/** Somebody who may, and was seen to. */
function entitledTo(operation: AuditOperation, run: Run): Persona | undefined {
  return run.personas.find((persona) => {
    if (persona.principal === undefined) return false
    const cell = run.cell(operation, persona)
    return cell?.expected.class === 'granted' && cell.observed?.class === 'granted'
  })
}

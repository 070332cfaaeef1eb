import type { Cell } from '../check.ts'
import type { AuditRequest, AuditResponse } from '../exchange.ts'
import type { Recorded } from '../journal/journal.ts'
import type { Knowledge } from '../observe/knowledge.ts'
import type { Observation } from '../observation.ts'
import type { Run } from '../run.ts'
import type { Job } from './jobs.ts'
import type { PlannedCell } from './matrix.ts'

/** Where what was read is put. */
export interface Reading {
  readonly run: Run
  readonly knowledge: Knowledge
  readonly put: (index: number, cell: Cell) => void
  /** What a run before this one finished. */
  readonly earlier: ReadonlyMap<string, Recorded & { readonly type: 'finished' }>
}

/** Names a cell within a run. */
export function cellKey({ operation, persona, relation }: Pick<Cell, 'operation' | 'persona' | 'relation'>): string {
  return `cell ${operation.key} ${persona.name} ${relation}`
}

/** The cells that can be read, as jobs: those who may first, since what they get is what others are compared with. The others are put at once. */
export function cellJobs(planned: readonly PlannedCell[], reading: Reading): readonly Job<Observation>[] {
  const jobs: { readonly job: Job<Observation>; readonly first: boolean }[] = []
  for (const [index, one] of planned.entries()) {
    const { operation, persona, relation, owner } = one
    const cell = { operation, persona, relation, expected: reading.run.expect(operation, persona, relation) }
    const built = reading.run.build(operation, persona, owner === undefined ? {} : { owner })
    const skipped = operation.neverTouch === undefined ? built.missing : `it is never sent: ${operation.neverTouch}`
    if (built.request === undefined || skipped !== undefined) reading.put(index, { ...cell, skipped: skipped ?? 'it cannot be built' })
    else jobs.push({ job: cellJob({ ...reading, index, cell, request: built.request }), first: cell.expected.class === 'granted' && relation !== 'foreign' })
  }
  return [...jobs.filter(({ first }) => first), ...jobs.filter(({ first }) => !first)].map(({ job }) => job)
}

interface Reader extends Reading {
  readonly index: number
  readonly cell: Omit<Cell, 'observed' | 'skipped'>
  readonly request: AuditRequest
}

/** How often a cell is read whose answer was that it is too much. */
const PATIENCE = 3
/** Characters of an answer that a journal takes; a cell with a longer one is read again by the next run. */
const JOURNAL_LIMIT = 16 * 1024

function cellJob({ run, knowledge, put, earlier, index, cell, request }: Reader): Job<Observation> {
  const key = cellKey(cell)
  const hash = run.journal.hash(JSON.stringify([request.method, request.target, cell.persona.name]))
  return {
    key,
    repeatable: true,
    act: async () => {
      const known = earlier.get(key)
      if (known?.answer !== undefined && known.hash === hash)
        return run.observe({ ...(known.answer as Answer), request, persona: cell.persona.name }, cell.operation)
      for (let patience = PATIENCE; ; patience -= 1) {
        const observed = run.observe(await run.send(request, cell.persona), cell.operation)
        if (observed.class !== 'limited' || patience === 1) return observed
      }
    },
    keep: (observed) => {
      const entitled = cell.expected.class === 'granted' && cell.persona.principal !== undefined
      if (entitled) knowledge.learnGranted(cell.operation, observed.exchange)
      put(index, { ...cell, observed })
      const { response, duration } = observed.exchange
      const answer = response !== undefined && response.body.length <= JOURNAL_LIMIT ? { response, duration } : undefined
      run.journal.add({ type: 'finished', case: key, hash, outcome: observed.class, ...(answer === undefined ? {} : { answer }) })
    },
    lose: (why) => put(index, { ...cell, skipped: why }),
  }
}

/** What a journal keeps of an answer. */
interface Answer {
  readonly response: AuditResponse
  readonly duration: number
}

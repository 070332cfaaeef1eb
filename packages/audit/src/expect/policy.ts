import { REASONS, reasonEntry, type Decision, type Explanation, type Outcome, type Reason, type ReasonFor } from '@countersign/core'
import { pathShape } from '@countersign/openapi'
import { NOBODY } from '../persona.ts'
import type { AuditOperation } from '../operation.ts'

/** One answer of a policy: 200 stands for everything that is let through. */
export interface ExpectedAnswer {
  readonly status: number
  readonly outcome: string
  readonly reason?: string
}

/** What a persona gets, and for the object of somebody else where that is different. */
export interface ExpectedCell extends ExpectedAnswer {
  readonly other?: ExpectedAnswer
}

export interface ExpectedRow {
  readonly operation: string
  readonly method: string
  readonly template: string
  /** In one line. */
  readonly requirement?: string
  readonly declared?: boolean
  /** Where it is written: `countersign.yaml:12:3`. */
  readonly source?: string
  readonly cells: Readonly<Record<string, ExpectedCell>>
}

/** What a policy says about every operation and persona: the JSON of `countersign matrix --json`. */
export interface ExpectedMatrix {
  readonly personas: readonly string[]
  readonly rows: readonly ExpectedRow[]
}

/** The gateway's name for who comes with nothing. */
const ANONYMOUS = 'anonymous'

/** Makes a function that finds the row of an operation, whatever its parameters are called. */
export function rowFinder({ rows }: ExpectedMatrix): (operation: Pick<AuditOperation, 'method' | 'path'>) => ExpectedRow | undefined {
  const known = new Map(rows.map((row) => [`${row.method} ${pathShape(row.template)}`, row]))
  return ({ method, path }) => known.get(`${method} ${pathShape(path)}`)
}

/** The answer of a row for a persona and an object of its own or of somebody else. */
export function answerIn({ cells }: ExpectedRow, persona: string, isForeign: boolean): ExpectedAnswer | undefined {
  const own = [persona, ...(persona === NOBODY ? [ANONYMOUS] : [])].filter((name) => Object.hasOwn(cells, name))[0]
  const cell = own === undefined ? undefined : cells[own]
  return isForeign ? (cell?.other ?? cell) : cell
}

const EXPLANATION: Explanation = { id: 'policy', steps: [] }

/** The decision that an answer stands for; nothing for one that is no decision about the caller, such as 503. */
export function decisionOf({ outcome, reason }: Pick<ExpectedAnswer, 'outcome' | 'reason'>, schemes: readonly string[]): Decision | undefined {
  const base = { remedy: { action: 'none' }, explanation: EXPLANATION } as const
  switch (outcome) {
    case 'allow':
      return { outcome, principal: null, facts: new Map(), explanation: EXPLANATION }
    case 'challenge': {
      const [first = 'Bearer', ...others] = schemes
      const why = known(reason, outcome) ?? 'credentials-missing'
      const challenge = (scheme: string) => ({ scheme, params: {} })
      return { outcome, reason: why, remedy: { action: 'authenticate' }, challenges: [challenge(first), ...others.map(challenge)], explanation: EXPLANATION }
    }
    case 'forbid':
      return { outcome, reason: known(reason, outcome) ?? 'policy-denied', challenges: [], ...base }
    case 'conceal':
      return { outcome, reason: known(reason, outcome) ?? 'not-visible', ...base }
    default:
      return undefined
  }
}

/** A reason that core has for this outcome. */
function known<O extends Outcome>(reason: string | undefined, outcome: O): ReasonFor<O> | undefined {
  return isReason(reason) && reasonEntry(reason).outcome === outcome ? (reason as ReasonFor<O>) : undefined
}

function isReason(word: string | undefined): word is Reason {
  return word !== undefined && Object.hasOwn(REASONS, word)
}

import { fieldValues, type Exchange } from '../exchange.ts'
import type { Judged } from '../findings/verdicts.ts'
import { sendNonsense, type Baseline } from '../observe/calibrate.ts'
import type { Observation } from '../observation.ts'
import type { AuditOperation } from '../operation.ts'
import type { Persona } from '../persona.ts'
import { RunStopped, type Run } from '../run.ts'
import { inCase } from '../send/current-case.ts'
import type { Verdict } from '../verdict.ts'
import { identify, twins, type Identity } from './identities.ts'
import { ANY_TOKEN } from './rules.ts'

/** What is known before anything is judged. */
export interface Preflight {
  readonly identities: readonly (Identity & { readonly refused?: string })[]
  /** By the names of personas. */
  readonly baselines: ReadonlyMap<string, Baseline>
  readonly notes: readonly string[]
  /** Milliseconds by which the clock of the target is ahead. */
  readonly skew: number
}

/** Whether the target is there, and each persona is somebody there, and somebody else than the others. */
export function preflight(personas: readonly Persona[], run: Run): Promise<Preflight> {
  return inCase('preflight', async () => {
    const skew = await alive(run)
    const asked = new Map<string, Promise<Exchange | undefined>>()
    const anonymous = async (operation: AuditOperation): Promise<Exchange | undefined> => {
      const known = asked.get(operation.key) ?? sendAsNobody(operation, run)
      asked.set(operation.key, known)
      return known
    }
    const found: Identity[] = []
    for (const persona of personas) found.push(await identify(persona, run, anonymous))
    const same = await twins(found)
    const identities = found.map((identity) => {
      const other = same.get(identity.persona.name)
      return other === undefined ? identity : { persona: identity.persona, refused: `the target takes it for the same as ${other}` }
    })
    const baselines = new Map(identities.flatMap(({ persona, baseline }) => (baseline === undefined ? [] : [[persona.name, baseline] as const])))
    return { identities, baselines, notes: await notesOf(identities, run, skew), skew }
  })
}

/** Any answer will do. Answers how far its clock is ahead. */
async function alive(run: Run): Promise<number> {
  const base = new URL(run.config.target).pathname.replace(/\/+$/, '')
  const sent = Date.now()
  const exchange = await run.send({ method: 'GET', target: `${base}/`, fields: [] }, run.nobody)
  if (exchange.response === undefined) throw new RunStopped('target-gone', `the target cannot be reached: ${exchange.detail}`)
  const date = Date.parse(fieldValues(exchange.response, 'date')[0] ?? '')
  return Number.isNaN(date) ? 0 : date - sent
}

async function sendAsNobody(operation: AuditOperation, run: Run): Promise<Exchange | undefined> {
  const built = run.build(operation, run.nobody)
  return built.request && run.send(built.request, run.nobody)
}

/** Whether plainly random credentials are refused, once for each kind. After calibration: a refusal may look like an answer. */
export async function negativeControl(baselines: readonly Baseline[], run: Run): Promise<readonly Judged[]> {
  const judged: Judged[] = []
  const kinds = new Set<string>()
  for (const { operation, persona, granted } of baselines) {
    const kind = (await persona.credentials())?.kind
    if (kind === undefined || kinds.has(kind)) continue
    kinds.add(kind)
    const exchange = await sendNonsense({ operation, persona }, run)
    if (exchange === undefined) continue
    const key = `${operation.key} ${kind}`
    const seen = run.observe(exchange, operation)
    judged.push({ rule: ANY_TOKEN, key, operation, persona: run.nobody.name, verdict: verdictOf(seen, { granted, kind }) })
  }
  return judged
}

function verdictOf({ class: seen, by, exchange }: Observation, { granted, kind }: { readonly granted: Exchange; readonly kind: string }): Verdict {
  if (seen !== 'granted') return { level: 'passed' }
  if (by !== 'fingerprint') return { level: 'inconclusive', why: 'the answer to random credentials is neither that to good ones nor a refusal that is known' }
  return {
    level: 'proven',
    message: `random text as ${kind} credentials is let in`,
    expected: 'a refusal, as without credentials',
    observed: String(exchange.response?.status),
    evidence: [granted, exchange],
    cause: kind,
  }
}

/** Milliseconds that clocks may differ before it is worth a word. */
const SKEW = 30_000

async function notesOf(identities: readonly Identity[], run: Run, skew: number): Promise<readonly string[]> {
  const notes = identities.flatMap(({ persona, refused, note }) => (refused === undefined ? (note ?? []) : `${persona.name} is left out: ${refused}`))
  if (Math.abs(skew) > SKEW)
    notes.push(`the clock of the target is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? 'ahead' : 'behind'}; times are compared by it`)
  for (const { persona, refused } of identities) {
    const expires = refused === undefined ? (await persona.credentials())?.expires : undefined
    const left = expires === undefined ? undefined : Math.round(expires - run.now() / 1000)
    if (left !== undefined && left < SHORT) notes.push(`the credentials of ${persona.name} expire in ${left} s and are renewed on the way`)
  }
  return notes
}

/** Seconds that a run may well take. */
const SHORT = 600

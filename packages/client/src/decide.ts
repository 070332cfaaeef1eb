import { challengeField, type Refusal, type Remedy } from '@countersign/core'
import { secondsOf } from './clock.ts'
import type { GivenUp } from './event.ts'
import { isIdempotent, type Outgoing } from './outgoing.ts'
import { challengeFor } from './read.ts'
import type { Call, CredentialSource, Presentation } from './source.ts'

/** Sendings of one request, all remedies together. */
const MOST_ATTEMPTS = 4

/** What one call of `fetch` has done so far, redirects included. */
export interface Course {
  readonly acted: Set<Remedy['action']>
  readonly tried: Set<CredentialSource>
  attempt: number
}

/** One sending that was refused. */
export interface Trial {
  readonly outgoing: Outgoing
  readonly call: Call
  readonly response: Response
  readonly denial: Refusal
  /** Those whose credentials may be sent there. */
  readonly sources: readonly CredentialSource[]
  readonly presented: CredentialSource | undefined
  readonly presentation: Presentation | undefined
}

export interface Patience {
  /** Seconds. */
  readonly longestWait: number
  /** From 0 to 1. */
  readonly random: () => number
}

/** What to do about a refusal. */
export type Act =
  | { readonly repeats: true; readonly source: CredentialSource | undefined; readonly wait: number }
  | { readonly repeats: false; readonly why: GivenUp; readonly failure?: string }

/**
 * Decides what to do about a refusal, and gets new credentials if that is it.
 *
 * Each remedy is acted on once. Rejects only with the reason of the signal.
 */
export async function decide(trial: Trial, course: Course, patience: Patience): Promise<Act> {
  const { denial, outgoing, response } = trial
  const { action } = denial.remedy
  if (action === 'none' || action === 'correct-request') return no('final')
  // A proxy asks for credentials of its own, and gets none that are meant for the server behind it (RFC 9110 section 11.7.1).
  if (denial.outcome === 'challenge' && challengeField(response.status) !== 'WWW-Authenticate') return no('no-credentials')
  if (course.acted.has(action) || course.attempt >= MOST_ATTEMPTS) return no('tried-before')
  if (!outgoing.replayable) return no('not-replayable')
  if (denial.remedy.action === 'retry-later') return later(trial, denial.remedy.after, patience)
  try {
    const source = await sourceFor(trial, course)
    return source === undefined ? no('no-credentials') : { repeats: true, source, wait: 0 }
  } catch (error) {
    trial.call.signal.throwIfAborted()
    return { repeats: false, why: 'failed', failure: nameOf(error) }
  }
}

function no(why: GivenUp): Act {
  return { repeats: false, why }
}

function later({ outgoing, response, presented }: Trial, after: number, { longestWait, random }: Patience): Act {
  if (!isIdempotent(outgoing)) return no('not-idempotent')
  // Without a field that can be read the time is an assumption of the reader.
  const said = response.headers.get('retry-after')
  const saysWhen = said !== null && (/^\d+$/.test(said) || secondsOf(said) !== undefined)
  if (!saysWhen || after > longestWait) return no('too-long')
  // Later, never earlier: those who were sent away together do not come back together.
  return { repeats: true, source: presented, wait: after + random() * Math.max(0.1, Math.min(after * 0.1, 2)) }
}

/** The source whose credentials are worth another request. */
async function sourceFor(trial: Trial, course: Course): Promise<CredentialSource | undefined> {
  const { presented, presentation, denial, sources } = trial
  if (presented !== undefined && (await answers(trial, presented, presentation))) return presented
  const { action } = denial.remedy
  if (action !== 'authenticate' && action !== 'refresh' && action !== 'prove') return undefined
  for (const other of sources) {
    if (other === presented || course.tried.has(other) || challengeFor(other, denial.challenges) === undefined) continue
    if (other.answer === undefined || (await answers(trial, other, undefined))) return other
  }
  return undefined
}

async function answers({ denial, call }: Trial, source: CredentialSource, presentation: Presentation | undefined): Promise<boolean> {
  const challenge = challengeFor(source, denial.challenges)
  return (await source.answer?.({ denial, remedy: denial.remedy, challenge, presentation }, call)) === true
}

/** The name of an error and its code; the message might repeat what was sent. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const inner = error.cause instanceof Error ? error.cause : error
  const code = 'code' in inner && typeof inner.code === 'string' ? ` (${inner.code})` : ''
  return `${inner.name}${code}`
}

import type { Refusal } from '@countersign/core'
import { keep, type Clocks } from './clock.ts'
import { decide, type Act, type Course, type Patience, type Trial } from './decide.ts'
import type { Deviation } from './deviation.ts'
import type { RemedyEvent } from './event.ts'
import { outgoingOf, type ClientInit, type Outgoing } from './outgoing.ts'
import { MOST_REDIRECTS, redirected, type Hop } from './redirect.ts'
import { readDenial } from './read.ts'
import type { Call, CredentialSource, Presentation } from './source.ts'
import { wait } from './wait.ts'

/** What a client was made with, and what it has learnt. */
export interface Setting extends Patience {
  readonly send: typeof fetch
  /** Strongest first. */
  readonly sources: readonly CredentialSource[]
  readonly forgive: ReadonlySet<Deviation>
  readonly clocks: Clocks
  readonly onRemedy: ((event: RemedyEvent) => void) | undefined
  /** The source that an origin has accepted last. */
  readonly accepted: Map<string, CredentialSource>
}

/** Sends a request, follows redirects and acts on remedies. */
export async function perform(input: RequestInfo | URL, init: ClientInit | undefined, setting: Setting): Promise<Response> {
  let hop: Hop = { outgoing: outgoingOf(input, init), home: true }
  const course: Course = { acted: new Set(), tried: new Set(), attempt: 1 }
  for (let redirects = 0; ; redirects += 1) {
    const { follows, response } = await exchange(hop, course, setting)
    const next = follows && hop.outgoing.redirect === 'follow' ? redirected(response, hop) : undefined
    if (next === undefined) return response
    await discard(response)
    if (redirects >= MOST_REDIRECTS) throw new TypeError(`more than ${MOST_REDIRECTS} redirects were answered`)
    hop = next
  }
}

interface Exchanged {
  readonly response: Response
  /** Whether redirects are left to the client, because there are credentials to keep at home. */
  readonly follows: boolean
}

/** Sends a request to one address until no remedy is left. */
async function exchange({ outgoing, home }: Hop, course: Course, setting: Setting): Promise<Exchanged> {
  const { url } = outgoing
  // Whoever sends credentials of his own is left alone: two sets would be ambiguous (RFC 6750 section 2).
  const sources = home && !outgoing.headers.has('authorization') ? setting.sources.filter((source) => source.covers(url)) : []
  const follows = sources.length > 0 || !home
  let presented = sources.find((source) => source === setting.accepted.get(url.origin)) ?? sources[0]
  for (;;) {
    const call: Call = { method: outgoing.method, url, signal: outgoing.signal, now: setting.clocks.at(url.origin) }
    const presentation = await presented?.present(call)
    const response = await setting.send(url, requestOf(outgoing, presentation, follows))
    setting.clocks.learn(url.origin, response.headers)
    if (presentation !== undefined) await learn(presented, response, { call, presentation })
    const sent = presentation === undefined ? undefined : presented
    const now = setting.clocks.at(url.origin)
    const denial = await readDenial(response, { forgive: setting.forgive, sources, presented: sent, now })
    if (denial?.outcome !== 'challenge' && sent !== undefined && presentation !== undefined) {
      keep(setting.accepted, url.origin, sent)
      sent.accepted?.(presentation)
    }
    if (denial === undefined) return { response, follows }
    if (sent !== undefined) course.tried.add(sent)
    const act = await decide({ outgoing, call: { ...call, now }, response, denial, sources, presented: sent, presentation }, course, setting)
    tell(setting, { outgoing, denial, act, attempt: course.attempt })
    if (!act.repeats) return { response, follows }
    await discard(response)
    if (act.wait > 0) await wait(act.wait, outgoing.signal)
    course.acted.add(denial.remedy.action)
    course.attempt += 1
    presented = act.source
  }
}

interface Presented {
  readonly call: Call
  readonly presentation: Presentation
}

/** Has a source see the answer; one that it does not believe is nobody's to read. */
async function learn(source: CredentialSource | undefined, response: Response, { call, presentation }: Presented): Promise<void> {
  try {
    await source?.learn?.(response.headers, call, presentation)
  } catch (error) {
    await discard(response)
    throw error
  }
}

function requestOf({ method, headers, signal, rest, redirect, content }: Outgoing, presentation: Presentation | undefined, follows: boolean): RequestInit {
  const all = new Headers(headers)
  for (const [name, value] of presentation?.fields ?? []) all.set(name, value)
  const body = content()
  return { ...rest, method, headers: all, signal, redirect: follows && redirect === 'follow' ? 'manual' : redirect, ...(body === null ? {} : { body }) }
}

interface Told extends Pick<Trial, 'outgoing'> {
  readonly denial: Refusal
  readonly act: Act
  readonly attempt: number
}

function tell({ onRemedy }: Setting, { outgoing, denial, act, attempt }: Told): void {
  const { method, url } = outgoing
  const result = act.repeats ? { repeats: true } : act
  onRemedy?.({ method, origin: url.origin, denial, remedy: denial.remedy, attempt, ...result })
}

/** Lets go of the connection of a response that nobody reads. */
async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => {})
}

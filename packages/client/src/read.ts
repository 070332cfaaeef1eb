import { outcomeOf, parseChallenges, readRefusal, type Challenge, type Refusal, type ReadableResponse } from '@countersign/core'
import { secondsOf } from './clock.ts'
import type { Deviation } from './deviation.ts'
import type { CredentialSource } from './source.ts'
import { within } from './wait.ts'

/** What has to be known of a request to understand the answer. */
export interface Circumstances {
  readonly forgive: ReadonlySet<Deviation>
  /** Those that could be sent where the answer comes from. */
  readonly sources: readonly CredentialSource[]
  /** The one whose credentials were sent. */
  readonly presented: CredentialSource | undefined
  /** Seconds since the epoch at the server. */
  readonly now: number
}

/** Seconds and bytes for a problem document; without one the fields still say what to do. */
const TIME_LIMIT = 5
const LIMIT = 65_536

/**
 * Reads a response as the refusal that it expresses; its body stays readable.
 *
 * The remedy is what the server means, which differs from what it says where a deviation is forgiven. Rejects
 * never.
 */
export async function readDenial(response: Response, circumstances: Circumstances): Promise<Refusal | undefined> {
  if (outcomeOf(response.status) === undefined) return undefined
  const denial = await readRefusal(viewOf(response, circumstances))
  return denial === undefined ? undefined : forgiving(denial, circumstances)
}

function viewOf(response: Response, { forgive, sources, now }: Circumstances): ReadableResponse {
  const get = (name: string): string | null => {
    const value = response.headers.get(name)
    if (name === 'retry-after') return secondsFrom(value, now)
    if (name.toLowerCase() !== 'www-authenticate' || outcomeOf(response.status) !== 'challenge' || !forgive.has('challenge-missing')) return value
    return parseChallenges(value ?? '').challenges.length > 0 ? value : sources.map(({ scheme }) => scheme).join(', ')
  }
  return { status: response.status, headers: { get }, text: () => textOf(response.clone()) }
}

/** Seconds as they are; a date as the seconds until then (RFC 9110 section 10.2.3). */
function secondsFrom(retryAfter: string | null, now: number): string | null {
  const date = secondsOf(retryAfter)
  return date === undefined ? retryAfter : String(Math.max(0, Math.ceil(date - now)))
}

function forgiving(denial: Refusal, { forgive, presented }: Circumstances): Refusal {
  const { action } = denial.remedy
  if (presented === undefined)
    return action === 'refresh' && forgive.has('error-without-credentials') ? { ...denial, remedy: { action: 'authenticate' } } : denial
  // Other schemes have no error codes, and their challenge says what it means.
  if (denial.outcome === 'challenge' && action === 'authenticate' && forgive.has('error-missing') && /^(bearer|dpop)$/i.test(presented.scheme)) {
    const own = challengeFor(presented, denial.challenges)
    return own !== undefined && own.params['error'] === undefined ? { ...denial, remedy: { action: 'refresh' } } : denial
  }
  const plain = denial.outcome === 'forbid' && action === 'none' && denial.challenges.length === 0
  return plain && forgive.has('forbidden-when-expired') ? { ...denial, remedy: { action: 'refresh' } } : denial
}

/** The challenge that credentials of a source answer: of its scheme, and of its realm if it has one. */
export function challengeFor({ scheme, realm }: CredentialSource, challenges: readonly Challenge[] = []): Challenge | undefined {
  return challenges.find((one) => one.scheme.toLowerCase() === scheme.toLowerCase() && (realm === undefined || one.params['realm'] === realm))
}

/** The text of a body up to both limits; nothing beyond them. */
async function textOf(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  if (reader === undefined) return ''
  const decoder = new TextDecoder()
  const signal = AbortSignal.timeout(TIME_LIMIT * 1000)
  let text = ''
  try {
    for (let size = 0; size <= LIMIT;) {
      const { done, value } = await within(reader.read(), signal)
      if (done) return text + decoder.decode()
      size += value.byteLength
      text += decoder.decode(value, { stream: true })
    }
  } catch {
    // A body that breaks off or does not end tells nothing; whoever reads the response will meet the error.
  }
  void reader.cancel().catch(() => {})
  return ''
}

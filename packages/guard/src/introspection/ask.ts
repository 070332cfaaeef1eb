import { outcomeOf } from '@countersign/core'
import { fetchWithin, parseObject, readBody, UnreachableError } from '../tokens/fetch-json.ts'
import type { Claims } from '../tokens/claims.ts'
import type { Authenticate } from './client.ts'
import { openSignedAnswer, type SignedAnswers } from './signed-answer.ts'

/** What an authorization server says of a token (RFC 7662 section 2.2). `refused` stands for not talking to us. */
export type Introspected = { readonly answer: 'active'; readonly claims: Claims } | { readonly answer: 'inactive' } | { readonly answer: 'refused' }

/** Where and how to ask. */
export interface Asking {
  readonly endpoint: URL
  /** Whom the authentication of this server is meant for. */
  readonly addressee: string
  readonly authenticate: Authenticate
  /** Nothing for answers in plain JSON. */
  readonly signed: SignedAnswers | undefined
  /** Seconds. */
  readonly timeLimit: number
}

const JSON_TYPE = 'application/json'
const JWT_TYPE = 'application/token-introspection+jwt'

/** Asks what a token is worth. Rejects with an `UnreachableError` if there is no answer that can be understood. */
export async function introspect(token: string, { endpoint, addressee, authenticate, signed, timeLimit }: Asking, now: number): Promise<Introspected> {
  const { headers, parameters } = await authenticate(addressee, now)
  const accept = signed === undefined ? JSON_TYPE : JWT_TYPE
  const body = new URLSearchParams({ token, token_type_hint: 'access_token', ...parameters })
  return fetchWithin(endpoint, { method: 'POST', headers: { accept, ...headers }, body, timeLimit }, async (response) => {
    if (await isRefusal(response, endpoint)) return { answer: 'refused' }
    if (response.status !== 200) throw new UnreachableError(`${endpoint.href} answered ${response.status}`)
    const type = response.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
    if (type !== accept) throw new UnreachableError(`${endpoint.href} answered with another content type than ${accept}`)
    const text = await readBody(response, endpoint)
    return answerOf(signed === undefined ? parseObject(text, endpoint) : await openSignedAnswer(text, signed, now), endpoint)
  })
}

/** That our credentials are not good enough, or the 400 of servers for clients that they do not know (RFC 6749 section 5.2). */
async function isRefusal(response: Response, endpoint: URL): Promise<boolean> {
  const { status } = response
  const outcome = outcomeOf(status)
  if (outcome === 'challenge' || outcome === 'forbid') {
    await readBody(response, endpoint)
    return true
  }
  return status === 400 && /"error"\s*:\s*"(?:invalid_client|unauthorized_client)"/.test(await readBody(response, endpoint))
}

function answerOf(answer: unknown, endpoint: URL): Introspected {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) throw new UnreachableError(`${endpoint.href} sent no JSON object`)
  const { active, ...claims } = answer as Claims
  // `"true"` is not true: whoever writes that may write anything.
  if (typeof active !== 'boolean') throw new UnreachableError(`${endpoint.href} sent no boolean \`active\``)
  return active ? { answer: 'active', claims } : { answer: 'inactive' }
}

import { isAlgorithm, type Algorithm } from '../tokens/algorithms.ts'
import { isAddressedTo, isTime } from '../tokens/claims.ts'
import { parseCompact } from '../tokens/compact.ts'
import { UnreachableError } from '../tokens/fetch-json.ts'
import type { KeySource } from '../tokens/keys.ts'
import { signer } from '../tokens/signer.ts'

/** What a signed answer is held against. */
export interface SignedAnswers {
  readonly issuer: string
  /** What the issuer calls this server: its client id. */
  readonly audience: string
  readonly algorithms: readonly Algorithm[]
  readonly keys: KeySource
  /** Seconds of clock difference that are forgiven. */
  readonly tolerance: number
}

/**
 * The answer in a JWT that its issuer signed for this server, lately (RFC 9701 section 5).
 *
 * Rejects with an `UnreachableError`: an answer that somebody else may have written is none, and says nothing of the token.
 */
export async function openSignedAnswer(text: string, { issuer, audience, algorithms, keys, tolerance }: SignedAnswers, now: number): Promise<unknown> {
  const parsed = parseCompact(text)
  if (typeof parsed === 'string') throw new UnreachableError(`the answer of ${issuer} is no signed JWT`)
  const { typ, alg, kid } = parsed.header
  if (typeof typ !== 'string' || !/^(?:application\/)?token-introspection\+jwt$/i.test(typ))
    throw new UnreachableError(`the answer of ${issuer} is a JWT of another type than \`token-introspection+jwt\``)
  if (!isAlgorithm(alg) || !algorithms.includes(alg)) throw new UnreachableError(`the answer of ${issuer} is signed with an algorithm that is not allowed`)
  const found = await keys.find(typeof kid === 'string' ? kid : undefined, alg, now)
  if (found.found === 'unreachable') throw new UnreachableError(`the keys of ${issuer} cannot be had`)
  if (found.found === 'unknown' || (await signer(parsed, alg, found.keys)) === undefined)
    throw new UnreachableError(`no key of ${issuer} has signed its answer`)
  const { iss, aud, iat, token_introspection: answer } = parsed.claims
  if (iss !== issuer || !isAddressedTo(aud, [audience])) throw new UnreachableError(`the answer of ${issuer} has another \`iss\`, or is for another client`)
  if (!isTime(iat) || Math.abs(now - iat) > tolerance + FRESH) throw new UnreachableError(`the answer of ${issuer} is not of now`)
  return answer
}

/** Seconds for which an answer is on its way at most: an old one may be replayed. */
const FRESH = 60

import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto'
import { parseChallenges } from '@countersign/core'
import { fieldValues, type AuditResponse } from '../exchange.ts'
import { PersonaError } from '../persona.ts'

/** What a proof is for. */
export interface ProofTarget {
  readonly method: string
  /** Who is asked: servers give nonces of their own (RFC 9449 section 8.2). */
  readonly origin: string
  /** Without query and fragment (RFC 9449 section 4.2). */
  readonly url: string
  /** The token that it goes with; nothing when a token is asked for. */
  readonly token?: string
}

/** The key of a persona, and the nonces that servers gave last. */
export interface Prover {
  /** A proof for one request (RFC 9449 section 4.2). */
  proof(target: ProofTarget): string
  /** Takes the nonce of an answer; true if the request has to be sent again with it. */
  learn(response: AuditResponse, origin: string): boolean
}

/** A prover with a key of its own, or with the private key of a PEM text. */
export function createProver(now: () => number, pem?: string): Prover {
  const key = pem === undefined ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : readKey(pem)
  const { kty, crv, x, y } = createPublicKey(key).export({ format: 'jwk' })
  const nonces = new Map<string, string>()
  return {
    proof: ({ method, origin, url, token }) => {
      const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } }
      const ath = token === undefined ? undefined : createHash('sha256').update(token).digest('base64url')
      const text = [header, { jti: randomUUID(), htm: method, htu: url, iat: Math.floor(now()), ath, nonce: nonces.get(origin) }].map(encoded).join('.')
      return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
    },
    learn: (response, origin) => {
      const [given] = fieldValues(response, 'dpop-nonce')
      if (given === undefined || given === nonces.get(origin)) return false
      nonces.set(origin, given)
      return asksForNonce(response)
    },
  }
}

function readKey(pem: string): KeyObject {
  const key = parsed(pem)
  if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key
  throw new PersonaError('the key for proofs is not one of the curve P-256')
}

function parsed(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    throw new PersonaError('the key for proofs cannot be read; a private key in PEM without a passphrase is wanted')
  }
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

const WANTED = 'use_dpop_nonce'

/** A resource says so in its challenge, an issuer in its answer (RFC 9449 sections 8 and 9). */
function asksForNonce(response: AuditResponse): boolean {
  const { challenges } = parseChallenges(fieldValues(response, 'www-authenticate'))
  if (challenges.some(({ params }) => params?.['error'] === WANTED)) return true
  try {
    const answer: unknown = JSON.parse(response.body)
    return typeof answer === 'object' && answer !== null && Reflect.get(answer, 'error') === WANTED
  } catch {
    return false
  }
}

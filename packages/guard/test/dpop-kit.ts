import { bearerJwt, createGuard, dpop, type DpopOptions, type Guard } from 'countersign'
import { request, testIssuer } from 'countersign/testing'
import { base64url, calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'
import { createHash } from 'node:crypto'
import { AUDIENCE } from './tokens.ts'

export const ORIGIN = 'https://api.example'
/** The time of all tests here, in seconds since the epoch. */
export const NOW = Math.floor(Date.now() / 1000)

type Members = Readonly<Record<string, unknown>>

/** A key pair of a client. */
export interface ClientKey {
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly jwk: JWK
  readonly jkt: string
}

export async function clientKey(alg = 'ES256'): Promise<ClientKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  return { alg, privateKey, jwk, jkt: await calculateJwkThumbprint(jwk) }
}

export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

/** How a proof differs from a good one for GET of /data; `undefined` takes a member away. */
export interface ProofOptions {
  readonly claims?: Members
  readonly header?: Members
}

/** A proof signed by jose. */
export function proofOf(key: ClientKey, token: string, { claims, header }: ProofOptions = {}): Promise<string> {
  const all = { jti: crypto.randomUUID(), htm: 'GET', htu: `${ORIGIN}/data`, iat: NOW, ath: hashOf(token), ...claims }
  return new SignJWT(defined(all))
    .setProtectedHeader(defined({ typ: 'dpop+jwt', alg: key.alg, jwk: key.jwk, ...header }) as { alg: string })
    .sign(key.privateKey)
}

/** A proof with the good signature of nobody: texts in place of what a library would make. */
export function rawProof(header: Members, claims: Members, signature = 'AAAA'): string {
  return `${base64url.encode(JSON.stringify(header))}.${base64url.encode(JSON.stringify(claims))}.${signature}`
}

function defined(members: Members): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

// Files of one worker share this one, so that the last of them may sign long after it was loaded.
const OF_NOW = { iat: NOW, exp: NOW + 300 }

const issuer = await testIssuer()
/** What a guard needs in order to accept tokens of the issuer. */
export const TRUSTED = issuer.trust(AUDIENCE)
const tokens = bearerJwt(TRUSTED)

/** A token of the trusted issuer, bound to this key. */
export function boundToken(key: ClientKey, claims: Members = {}): Promise<string> {
  return tokenWith({ cnf: { jkt: key.jkt }, ...claims })
}

/** A token of the trusted issuer with these claims. */
export function tokenWith(claims: Members): Promise<string> {
  return issuer.token('olga', { ...OF_NOW, ...claims })
}

/** A token of the trusted issuer, bound to nothing. */
export function plainToken(): Promise<string> {
  return tokenWith({})
}

/** A guard with Bearer and DPoP at a time that the test sets. */
export function dpopGuard(options: DpopOptions = {}, clock: () => number = () => NOW): Guard {
  return createGuard({ realm: 'orders', schemes: [tokens, dpop(tokens, { origin: ORIGIN, ...options })], clock, onError: () => {} })
}

/** A request with a token and a proof under the DPoP scheme. */
export function withProof(token: string, proof: string | string[], target = '/data', method = 'GET') {
  return request(method, target, { authorization: `DPoP ${token}`, dpop: proof })
}

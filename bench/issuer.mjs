// The issuer of all tokens, with keys made for this run. Signed by node:crypto alone, so that neither we nor a peer had a hand in them.
import { createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { createServer } from 'node:http'

export const AUDIENCE = 'https://api.bench'

const PAIRS = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
}

/** An issuer with one key for every algorithm named; `token` signs, `keySet` is what it publishes. */
export function makeIssuer(issuer, algorithms = ['RS256']) {
  const pairs = Object.fromEntries(algorithms.map((algorithm) => [algorithm, PAIRS[algorithm]()]))
  const keys = algorithms.map((alg) => ({ ...pairs[alg].publicKey.export({ format: 'jwk' }), kid: kidOf(alg), alg, use: 'sig' }))
  return {
    issuer,
    keySet: { keys },
    token: (alg, claims = {}) => {
      const signed = `${encode({ alg, typ: 'at+jwt', kid: kidOf(alg) })}.${encode(claimsOf(issuer, claims))}`
      return `${signed}.${signatureOf(alg, signed, pairs[alg].privateKey)}`
    },
  }
}

export function publicPem(jwk) {
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
}

/** Serves the key set on a free port of the loopback interface and answers its origin; the set is put in afterwards. */
export async function serveKeySet() {
  const state = { keySet: { keys: [] }, fetches: 0 }
  const server = createServer((_request, response) => {
    state.fetches += 1
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'max-age=3600' })
    response.end(JSON.stringify(state.keySet))
  })
  await new Promise((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return { state, origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }
}

function kidOf(algorithm) {
  return `bench-${algorithm}`
}

function claimsOf(issuer, claims) {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: issuer,
    aud: AUDIENCE,
    sub: 'olga',
    client_id: 'bench-client',
    iat: now,
    exp: now + 7200,
    jti: randomUUID(),
    scope: 'openid profile orders:read',
    roles: ['reader', 'clerk'],
    ...claims,
  }
}

function signatureOf(algorithm, signed, key) {
  const data = Buffer.from(signed)
  if (algorithm === 'EdDSA') return sign(null, data, key).toString('base64url')
  if (algorithm === 'ES256') return sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
  return sign('sha256', data, key).toString('base64url')
}

function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

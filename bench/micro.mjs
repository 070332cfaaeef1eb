// What single operations cost, in CPU time of this process. Run as a child of run.mjs, or alone: `node bench/micro.mjs [rounds]`.
import { createDecipheriv, createHash, createPublicKey, generateKeyPairSync, randomBytes, randomUUID, sign, verify } from 'node:crypto'
import {
  answer,
  authenticated,
  bearerJwt,
  bearerOpaque,
  createGuard,
  digest,
  digestHash,
  dpop,
  judge,
  messageSignature,
  parseChallenges,
  parseCredentials,
  scope,
  Secret,
  session,
  writeChallenge,
} from 'countersign'
import { NodeView } from '../node_modules/countersign/dist/adapters/node-request.js'
import { jwtDecrypt } from '../node_modules/jose/dist/webapi/index.js'
import { certificateOperations } from './certificates.mjs'
import { introspectionOperations } from './introspection.mjs'
import { AUDIENCE, makeIssuer } from './issuer.mjs'
import { context, isAccepted, isGood, requestWith } from './operation.mjs'

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA']
const POOL = 256
const BATCH_MILLISECONDS = 40
const ORIGIN = 'https://api.bench'

const issuer = makeIssuer('https://id.bench/', ALGORITHMS)
const trusted = { issuer: issuer.issuer, audience: AUDIENCE, keySet: issuer.keySet }
// Results end up here, so that no operation can be optimised away.
const sink = { last: undefined }

/** Operations in the order of the table; each is called with a running number. */
async function operations() {
  const guard = createGuard({ realm: 'bench', schemes: [bearerJwt(trusted)] })
  const uncached = createGuard({ realm: 'bench', schemes: [bearerJwt({ ...trusted, cacheSize: 0 })] })
  await Promise.all([guard.ready(), uncached.ready()])
  const pools = Object.fromEntries(ALGORITHMS.map((algorithm) => [algorithm, Array.from({ length: POOL }, () => issuer.token(algorithm))]))
  return {
    ...coreOperations(),
    ...gateOperations(guard, uncached, pools),
    ...(await verifyOperations(pools)),
    ...(await proofOperations()),
    ...(await sessionOperations()),
    ...(await signatureOperations()),
    ...(await digestOperations()),
    ...certificateOperations(issuer),
    ...(await introspectionOperations()),
  }
}

function coreOperations() {
  const principal = {
    subject: 'olga',
    issuer: issuer.issuer,
    scheme: 'Bearer',
    scopes: ['openid', 'orders:read'],
    roles: ['reader'],
    assurance: {},
    claims: {},
  }
  const known = { authentication: { state: 'authenticated', principal }, facts: new Map() }
  const anonymous = { authentication: { state: 'anonymous' }, facts: new Map() }
  const rejected = { authentication: { state: 'rejected', scheme: 'Bearer', reason: 'token-expired' }, facts: new Map() }
  const terms = { realm: 'bench', schemes: [bearerJwt(trusted)], now: context.now, id: 'd-0001' }
  const [any, admin] = [authenticated(), scope('admin')]
  const denial = judge(any, rejected, terms)
  const field = `Basic realm="a", charset="UTF-8", ${writeChallenge(denial.challenges[0])}`
  const credentials = [`Bearer ${issuer.token('RS256')}`]
  return {
    'judge, allow': () => judge(any, known, terms),
    'judge, 401 nothing sent': () => judge(any, anonymous, terms),
    'judge, 401 rejected token': () => judge(any, rejected, terms),
    'judge, 403 scope missing': () => judge(admin, known, terms),
    'answer, 401 rejected token': () => answer(denial),
    'parseChallenges, two in one line': () => parseChallenges(field),
    'parseCredentials, Bearer token': () => parseCredentials(credentials),
  }
}

function gateOperations(guard, uncached, { RS256 }) {
  const [gate, adminGate, freshGate] = [guard.gate(authenticated()), guard.gate(scope('admin')), uncached.gate(authenticated())]
  const seen = requestWith(`Bearer ${RS256[0]}`)
  const garbage = requestWith('Bearer abcdefghijklmnopqrstuvwxyz.0123456789.ABCDEFGHIJKLMNOP')
  const nothing = requestWith(undefined)
  const fresh = RS256.map((token) => requestWith(`Bearer ${token}`))
  return {
    'gate, allow, token seen before': () => gate(new NodeView(seen)),
    'gate, allow, first-seen RS256': (turn) => freshGate(new NodeView(fresh[turn % POOL])),
    'gate, 401 nothing sent': () => gate(new NodeView(nothing)),
    'gate, 401 no JWT': () => gate(new NodeView(garbage)),
    'gate, 403 scope missing': () => adminGate(new NodeView(seen)),
  }
}

async function verifyOperations(pools) {
  const scheme = bearerJwt({ ...trusted, cacheSize: 0 })
  await scheme.ready()
  const found = {}
  for (const [index, algorithm] of ALGORITHMS.entries()) {
    const key = createPublicKey({ key: issuer.keySet.keys[index], format: 'jwk' })
    const parts = pools[algorithm].map(bytesOf)
    found[`${algorithm}: node:crypto verify alone`] = (turn) => isGood(verifyRaw(algorithm, key, parts[turn % POOL]))
    found[`${algorithm}: bearerJwt verify, first-seen`] = (turn) =>
      isGood(scheme.verify({ token: new Secret(pools[algorithm][turn % POOL]) }, context).result === 'accepted')
  }
  return found
}

/** Making keys takes long; so many are more than a memory of one key holds. */
const KEYS = 8
const PROOF_KEYS = { ES256: ['ec', { namedCurve: 'P-256' }], EdDSA: ['ed25519', {}], RS256: ['rsa', { modulusLength: 2048 }] }

/** A proof of DPoP is new in every request; its key is in the first one only. The token costs a look-up in a map. */
async function proofOperations() {
  const found = {}
  for (const [algorithm, [type, options]] of Object.entries(PROOF_KEYS)) {
    const proofs = Array.from({ length: KEYS }, () => proofOf(algorithm, generateKeyPairSync(type, options)))
    const [first] = proofs
    const parts = bytesOf(first.text)
    found[`${algorithm}: node:crypto verify of a proof`] = () => isGood(verifyRaw(algorithm, first.publicKey, parts))
    found[`${algorithm}: dpop verify, key seen before`] = await proofVerifier([first], 10_000)
    // A memory of one key forgets each before it comes again.
    found[`${algorithm}: dpop verify, first-seen key`] = await proofVerifier(proofs, 1)
  }
  return found
}

async function proofVerifier(proofs, cacheSize) {
  const bound = new Map(proofs.map(({ token, jkt }) => [token, { subject: 'olga', cnf: { jkt } }]))
  // Replays would be refused, and a memory of millions is not what is measured.
  const scheme = dpop(bearerOpaque({ verify: (token) => bound.get(token) }), { cacheSize, replays: { remember: () => true } })
  const presented = proofs.map(({ token, text }) => ({
    token: new Secret(token),
    proof: new Secret(text),
    method: 'GET',
    origin: 'https://api.bench',
    path: '/data',
  }))
  await scheme.verify(presented[0], context)
  return (turn) => isAccepted(scheme.verify(presented[turn % presented.length], context))
}

/** A cookie is decrypted once and then remembered; a memory of two forgets each of many before it comes again. */
async function sessionOperations() {
  const secret = randomBytes(32)
  const options = { secrets: [secret.toString('base64')] }
  const [seen, fresh] = [session(options), session({ ...options, cacheSize: 2 })]
  const lines = await Promise.all(Array.from({ length: POOL }, () => seen.begin({ subject: 'olga', roles: ['reader'] })))
  const request = { field: () => [], method: 'GET' }
  const presented = lines.map((line) => ({ cookie: new Secret(line.slice(line.indexOf('=') + 1, line.indexOf(';'))), request }))
  const good = ({ result }) => isGood(result === 'accepted')
  const isOlga = ({ sub }) => isGood(sub === 'olga')
  const key = await crypto.subtle.importKey('raw', secret, 'AES-GCM', false, ['decrypt'])
  await seen.verify(presented[0], context)
  return {
    'A256GCM: node:crypto decrypt alone': (turn) => isOlga(decryptRaw(presented[turn % POOL].cookie.reveal(), secret)),
    // The workspace's jose, which asks WebCrypto and so waits for a thread; jose 4, as in the bench's own packages, asks node:crypto.
    'A256GCM: jose jwtDecrypt alone': (turn) => jwtDecrypt(presented[turn % POOL].cookie.reveal(), key).then(({ payload }) => isOlga(payload)),
    'A256GCM: session verify, seen before': () => good(seen.verify(presented[0], context)),
    'A256GCM: session verify, first-seen': (turn) => fresh.verify(presented[turn % POOL], context).then(good),
  }
}

const DIGESTS = { 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' }

/** A response needs the same hashes for a nonce that is new and for one in use; only the memory of counts differs. */
async function digestOperations() {
  const ha1 = await digestHash('olga', 'bench', 'correct horse')
  const found = {}
  for (const [algorithm, name] of Object.entries(DIGESTS)) {
    // The time stands still, so no nonce is ever forgotten.
    const scheme = digest({ secret: randomUUID(), lookup: () => ({ subject: 'olga', ha1 }), algorithms: [algorithm], nonces: 10_000_000 })
    await scheme.prepare(context.now)
    const nonce = () => scheme.challenges({ realm: 'bench', now: context.now })[0].params.nonce
    const hash = (text) => createHash(name).update(text).digest('hex')
    const hashes = (given, nc) => hash(`${ha1[algorithm]}:${given}:${nc}:c:auth:${hash('GET:/data')}`)
    const verified = (given, count) => {
      const nc = count.toString(16).padStart(8, '0')
      const parameters = { user: 'olga', hashed: false, realm: 'bench', uri: '/data', algorithm, nonce: given, cnonce: 'c', nc, qop: 'auth' }
      const presented = { parameters: { ...parameters, response: hashes(given, nc) }, method: 'GET', content: { read: true, bytes: new Uint8Array() } }
      return isGood(scheme.verify(presented, context).result === 'accepted')
    }
    const [used, counter] = [nonce(), { last: 0 }]
    const fixed = nonce()
    found[`${algorithm}: node:crypto, a response`] = () => hashes(fixed, '00000001')
    // Both make the response, too, which is the line above.
    found[`${algorithm}: digest verify, nonce in use`] = () => verified(used, (counter.last += 1))
    found[`${algorithm}: digest verify, first-seen nonce`] = () => verified(nonce(), 1)
  }
  return found
}

function proofOf(algorithm, { publicKey, privateKey }) {
  const token = randomUUID()
  const jwk = publicKey.export({ format: 'jwk' })
  const members = Object.fromEntries(Object.entries(jwk).toSorted(([one], [other]) => (one < other ? -1 : 1)))
  const hash = (text) => createHash('sha256').update(text).digest('base64url')
  const claims = { jti: randomUUID(), htm: 'GET', htu: 'https://api.bench/data', iat: Math.floor(context.now), ath: hash(token) }
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const data = `${encode({ typ: 'dpop+jwt', alg: algorithm, jwk })}.${encode(claims)}`
  const key = algorithm === 'ES256' ? { key: privateKey, dsaEncoding: 'ieee-p1363' } : privateKey
  const signature = sign(algorithm === 'EdDSA' ? null : 'sha256', Buffer.from(data), key)
  return { token, publicKey, jkt: hash(JSON.stringify(members)), text: `${data}.${signature.toString('base64url')}` }
}

/** A signed request is read, its signature base built and its signature checked, each time; the key is imported with the first. */
async function signatureOperations() {
  const found = {}
  for (const [algorithm, name] of [
    ['ES256', 'ecdsa-p256-sha256'],
    ['EdDSA', 'ed25519'],
  ]) {
    const [type, options] = PROOF_KEYS[algorithm]
    const requests = Array.from({ length: KEYS }, () => signedRequest(algorithm, generateKeyPairSync(type, options)))
    const [first] = requests
    found[`${algorithm}: node:crypto verify of a signed request`] = () => isGood(verifyRaw(algorithm, first.publicKey, first))
    found[`${algorithm}: messageSignature, key seen before`] = await signatureVerifier([first], { name, cacheSize: 10_000 })
    // A memory of one key forgets each before it comes again.
    found[`${algorithm}: messageSignature, first-seen key`] = await signatureVerifier(requests, { name, cacheSize: 1 })
  }
  return found
}

async function signatureVerifier(requests, { name, cacheSize }) {
  const keys = new Map(requests.map(({ keyid, jwk }) => [keyid, { algorithm: name, jwk, principal: { subject: 'olga' } }]))
  const scheme = messageSignature({ keys: (keyid) => keys.get(keyid), components: ['@method', '@target-uri', 'content-type'], origin: ORIGIN, cacheSize })
  const verifyOne = (turn) => {
    const presented = scheme.extract(new NodeView(requests[turn % requests.length].request))
    return isAccepted(scheme.verify(presented.credentials, context))
  }
  await verifyOne(0)
  return verifyOne
}

function signedRequest(algorithm, { publicKey, privateKey }) {
  const keyid = randomUUID()
  const input = `("@method" "@target-uri" "content-type");created=${Math.floor(context.now)};keyid="${keyid}"`
  const data = Buffer.from(`"@method": GET\n"@target-uri": ${ORIGIN}/data\n"content-type": application/json\n"@signature-params": ${input}`)
  const key = algorithm === 'ES256' ? { key: privateKey, dsaEncoding: 'ieee-p1363' } : privateKey
  const signature = sign(algorithm === 'EdDSA' ? null : 'sha256', data, key)
  const request = requestWith(undefined)
  const fields = ['Content-Type', 'application/json', 'Signature-Input', `sig1=${input}`, 'Signature', `sig1=:${signature.toString('base64')}:`]
  return {
    keyid,
    jwk: publicKey.export({ format: 'jwk' }),
    publicKey,
    data,
    signature,
    request: { ...request, rawHeaders: [...request.rawHeaders, ...fields] },
  }
}

function bytesOf(token) {
  const end = token.lastIndexOf('.')
  return { data: Buffer.from(token.slice(0, end)), signature: Buffer.from(token.slice(end + 1), 'base64url') }
}

function verifyRaw(algorithm, key, { data, signature }) {
  if (algorithm === 'EdDSA') return verify(null, data, key, signature)
  return algorithm === 'ES256' ? verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature) : verify('sha256', data, key, signature)
}

/** The header is what is authenticated besides, as it is spelt (RFC 7516 section 5.2). */
function decryptRaw(token, secret) {
  const [header, , iv, text, tag] = token.split('.')
  const decipher = createDecipheriv('aes-256-gcm', secret, Buffer.from(iv, 'base64url')).setAAD(Buffer.from(header)).setAuthTag(Buffer.from(tag, 'base64url'))
  return JSON.parse(Buffer.concat([decipher.update(text, 'base64url'), decipher.final()]).toString())
}

/** CPU nanoseconds a call, over calls that take about `BATCH_MILLISECONDS`. */
async function timeBatch(operation, calls) {
  const before = process.cpuUsage()
  for (let turn = 0; turn < calls; turn += 1) {
    const found = operation(turn)
    // Only importing a key and asking an issuer have to be waited for.
    sink.last = found instanceof Promise ? await found : found
  }
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / calls
}

/** Rounds over all operations in turn, so that a noisy moment hits none of them alone. */
async function measureOperations(rounds) {
  const list = Object.entries(await operations()).map(([name, operation]) => ({ name, operation, calls: 1, times: [] }))
  for (const entry of list) {
    await timeBatch(entry.operation, 2000)
    entry.calls = Math.ceil((BATCH_MILLISECONDS * 1e6) / Math.max(50, await timeBatch(entry.operation, 1000)))
    await timeBatch(entry.operation, entry.calls)
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const entry of list) entry.times.push(await timeBatch(entry.operation, entry.calls))
  }
  return list.map(({ name, times }) => ({ name, best: Math.min(...times), median: times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] }))
}

const results = await measureOperations(Number(process.argv[2] ?? 15))
if (process.send === undefined) {
  for (const { name, best, median } of results)
    console.log(`${name.padEnd(40)} best ${best.toFixed(0).padStart(8)} ns   median ${median.toFixed(0).padStart(8)} ns`)
} else {
  process.send(results, () => process.exit())
}

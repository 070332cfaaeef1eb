import { createHash, createHmac, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:http2'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawRequest, type RawResponse } from '../../../../conformance/raw-http.ts'
import { certify, run, type Running } from './running.ts'

const ORIGIN = 'https://api.example'
const SHARED = randomBytes(32)
const edwards = generateKeyPairSync('ed25519')
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ACTOR = { subject: 'test', via: 'cli' }
const BODY_LIMIT = 300_000

type Sign = (base: string) => Buffer
const KEYS: Readonly<Record<string, Sign>> = {
  'ed-1': (base) => sign(null, Buffer.from(base), edwards.privateKey),
  'ec-1': (base) => sign('sha256', Buffer.from(base), { key: curve.privateKey, dsaEncoding: 'ieee-p1363' }),
  'shared-1': (base) => createHmac('sha256', SHARED).update(base).digest(),
}

const DOCUMENT = `openapi: 3.1.0
info: { title: Orders, version: '1' }
components: { securitySchemes: { signed: { type: http, scheme: Signature } } }
paths: { /documented: { post: { security: [{ signed: [] }] } } }
`

let running: Running

beforeAll(async () => {
  const sections = `schemes:
  signature:
    keys:
      ed-1: { algorithm: ed25519, keyFile: ./ed.pem, subject: shop, roles: [partner] }
      ec-1: { algorithm: ecdsa-p256-sha256, keyFile: ./ec.json, subject: bank }
      shared-1: { algorithm: hmac-sha256, secretFile: ./shared, subject: till }
    origin: ${ORIGIN}
    tag: orders
    replays: 1000
    contentLimit: 200kB
  bearer: { tokens: { opaque: { subject: olga } } }
  apiKey: {}
limits: { body: ${BODY_LIMIT} }`
  const routes = [
    '{ path: /data, schemes: [signature] }',
    '{ path: /partner, roles: [partner] }',
    '{ path: /bound, bound: true }',
    '{ path: /token, schemes: [bearer] }',
  ]
  running = await run({
    sections,
    routes,
    document: DOCUMENT,
    prepare: async (folder) => {
      await writeFile(`${folder}/ed.pem`, edwards.publicKey.export({ type: 'spki', format: 'pem' }))
      await writeFile(`${folder}/ec.json`, JSON.stringify(curve.publicKey.export({ format: 'jwk' })))
      await writeFile(`${folder}/shared`, `${SHARED.toString('base64')}\n`)
    },
  })
  await running.gateway.store.principals.put({ subject: 'till', roles: ['partner'], scopes: [], status: 'active' }, ACTOR)
})

afterAll(() => running.close())

interface Signing {
  readonly keyid?: string
  readonly path?: string
  readonly body?: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly nonce?: string
  /** Sends the content in chunks of this size. */
  readonly chunk?: number
  /** What is sent instead of the signed content. */
  readonly instead?: string
}

/** The fields of a signature that node:crypto made. */
function signed({ keyid = 'ed-1', path = '/data', body = '{}', nonce = randomUUID() }: Signing): readonly (readonly [string, string])[] {
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
  const input = `("@method" "@target-uri" "content-digest");created=${Math.floor(Date.now() / 1000)};keyid="${keyid}";nonce="${nonce}";tag="orders"`
  const base = `"@method": POST\n"@target-uri": ${ORIGIN}${path}\n"content-digest": ${digest}\n"@signature-params": ${input}`
  const signature = KEYS[keyid]?.(base) ?? Buffer.alloc(64)
  return [
    ['Content-Digest', digest],
    ['Signature-Input', `sig=${input}`],
    ['Signature', `sig=:${signature.toString('base64')}:`],
  ]
}

/** A signed POST. */
function post(signing: Signing = {}): Promise<RawResponse> {
  const { path = '/data', body = '{}', headers = [], chunk, instead = body } = signing
  const lines = [['Host', 'api.example'] as const, ...signed(signing), ...headers]
  if (chunk === undefined) return rawRequest(running.port, { method: 'POST', path, headers: lines, body: instead })
  const chunks = instead.match(new RegExp(`.{1,${chunk}}`, 'gs')) ?? []
  const head = `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}Transfer-Encoding: chunked\r\n\r\n`
  return rawRequest(running.port, `${head}${chunks.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`)
}

const challengesOf = ({ headerLines }: RawResponse): readonly string[] =>
  headerLines.filter(([name]) => name === 'WWW-Authenticate' || name === 'Accept-Signature').map(([, value]) => value.replace(/nonce="[\da-f-]+"/, 'nonce="…"'))

describe('signed requests', () => {
  test.each([
    ['ed-1', 'shop'],
    ['ec-1', 'bank'],
    ['shared-1', 'till'],
  ])('with the key %s stand for %s, and the signature goes no further', async (keyid, subject) => {
    expect((await post({ keyid })).status).toBe(200)
    const { signature, 'signature-input': input, ...arrived } = running.arrived()
    expect([signature, input]).toEqual([undefined, undefined])
    expect(arrived).toMatchObject({ 'x-countersign-subject': subject, 'x-countersign-scheme': 'Signature' })
    expect(arrived).toHaveProperty('content-digest')
  })

  test('have the roles of the configuration and of the store, and are bound', async () => {
    expect((await post({ path: '/partner' })).status).toBe(200)
    expect((await post({ path: '/partner', keyid: 'ec-1' })).status).toBe(403)
    expect((await post({ path: '/partner', keyid: 'shared-1' })).status).toBe(200)
    expect((await post({ path: '/bound', keyid: 'ec-1' })).status).toBe(200)
  })

  test('are what `http` with `Signature` means in a document', async () => {
    expect((await post({ path: '/documented' })).status).toBe(200)
  })

  test('are asked for with what they have to cover', async () => {
    const answer = await rawRequest(running.port, { method: 'GET', path: '/data' })
    expect([answer.status, challengesOf(answer)]).toEqual([
      401,
      ['Signature realm="orders"', 'sig1=("@method" "@target-uri" "content-digest");created;nonce="…";tag="orders"'],
    ])
  })

  test('are accepted once', async () => {
    const nonce = randomUUID()
    expect([(await post({ nonce })).status, (await post({ nonce })).status]).toEqual([200, 401])
    expect((await running.gateway.reload()).ok).toBe(true)
    expect((await post({ nonce })).status).toBe(401)
  })
})

describe('the content of a signed request', () => {
  test.each([1, 16_384, 150_000])('of %i bytes reaches the service whole, announced and in chunks', async (size) => {
    const body = 'x'.repeat(size - 1) + 'y'
    for (const chunk of [undefined, 10_000]) {
      expect((await post({ body, ...(chunk === undefined ? {} : { chunk }) })).status).toBe(200)
      expect(running.content()).toBe(body)
    }
  })

  test('that is another one, or longer, is refused before the service sees it', async () => {
    await post({ body: 'seen' })
    for (const instead of ['{"a":1}', `{}\n`]) expect((await post({ instead })).status).toBe(400)
    expect(running.content()).toBe('seen')
  })

  test('that is larger than `contentLimit` is refused, announced and in chunks', async () => {
    const body = 'x'.repeat(250_000)
    expect((await post({ body })).status).toBe(413)
    expect((await post({ body, chunk: 10_000 })).status).toBe(413)
  })

  test('is asked for with one 100, where the caller waits for it', async () => {
    const answer = await post({ body: 'waited for', headers: [['Expect', '100-continue']] })
    expect([answer.interim, answer.status, running.content()]).toEqual([[100], 200, 'waited for'])
  })

  test('is not asked for where the signature has no key', async () => {
    const answer = await rawRequest(running.port, {
      method: 'POST',
      path: '/data',
      headers: [
        ['Expect', '100-continue'],
        ['Content-Length', '2'],
      ],
    })
    expect([answer.interim, answer.status]).toEqual([[], 401])
  })

  test('comes with a token that needs no signature as ever', async () => {
    const headers = [['Authorization', 'Bearer opaque']] as const
    const answer = await rawRequest(running.port, { method: 'POST', path: '/token', headers, body: 'as ever' })
    expect([answer.status, running.content()]).toEqual([200, 'as ever'])
  })
})

test('content over HTTP/2 reaches the service whole', async () => {
  const sections = `listen: { tls: { certificate: ./server.pem, key: ./server.key, http2: true } }
schemes: { signature: { origin: '${ORIGIN}', tag: orders, keys: { shared-1: { algorithm: hmac-sha256, secret: '${SHARED.toString('base64')}', subject: till } } } }`
  const own = await run({
    sections,
    routes: ['{ path: /data }'],
    prepare: (folder) => certify(folder, { name: 'server', subject: '/CN=localhost', altNames: ['DNS:localhost'] }),
  })
  const session = connect(`https://localhost:${own.port}`, { rejectUnauthorized: false })
  try {
    for (const size of [1, 16_384, 150_000]) {
      const body = 'x'.repeat(size)
      const lines = signed({ keyid: 'shared-1', body }).map(([name, value]) => [name.toLowerCase(), value] as const)
      const stream = session.request({ ':method': 'POST', ':path': '/data', ...Object.fromEntries(lines) })
      stream.end(body)
      let status: number | undefined
      stream.once('response', (head) => (status = head[':status']))
      await once(stream, 'response')
      expect([status, await text(stream), own.content() === body]).toEqual([200, '{}', true])
    }
  } finally {
    session.destroy()
    await own.close()
  }
})

test('no shared secret is in a log', async () => {
  await post({ keyid: 'shared-1' })
  expect(running.logged()).not.toContain(SHARED.toString('base64'))
  expect(running.logged()).not.toContain(SHARED.toString('base64url'))
})

import { createHash, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { connect } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawRequest } from '../../../../conformance/raw-http.ts'
import { AUDIENCE, createWorld, token, type World } from '../../../../conformance/fixtures/world.ts'
import { certify, run, type Running } from './running.ts'

let folder: string
let world: World
let running: Running

const pathOf = (name: string): string => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-certificates-'))
  world = await createWorld()
  certify(folder, { name: 'server', subject: '/CN=localhost', altNames: ['DNS:localhost', 'IP:127.0.0.1'] })
  certify(folder, { name: 'ca', subject: '/CN=authority' })
  certify(folder, { name: 'shop', subject: '/O=Example/CN=shop', altNames: ['URI:spiffe://example/shop', 'DNS:shop.example'], by: 'ca' })
  certify(folder, { name: 'worker', subject: '/CN=worker', altNames: ['URI:spiffe://example/worker'], by: 'ca' })
  certify(folder, { name: 'two', subject: '/CN=two', altNames: ['URI:spiffe://example/one', 'URI:spiffe://example/two'], by: 'ca' })
  certify(folder, { name: 'quoted', subject: '/O=Example/CN=shop', altNames: ['URI:https://a.example/b, DNS:shop.example'], by: 'ca' })
  certify(folder, { name: 'stranger', subject: '/O=Example/CN=shop', altNames: ['URI:spiffe://example/shop'] })
  const sections = `listen: { tls: { certificate: ${pathOf('server.pem')}, key: ${pathOf('server.key')}, clientCertificates: { ca: ${pathOf('ca.pem')} } } }
schemes:
  bearer: { issuers: [{ issuer: '${world.issuer.issuer}', audience: '${AUDIENCE}' }] }
  clientCertificate:
    holders:
      - { name: [O=Example, CN=shop], altName: 'DNS:shop.example', subject: shop, roles: [partner] }
    subjectFrom: uri`
  const routes = [`{ path: /, schemes: [clientCertificate] }`, `{ path: /partner, roles: [partner] }`, `{ path: /bound, bound: true }`]
  running = await run({ sections, routes })
})

afterAll(async () => {
  await running.close()
  await world.close()
  await rm(folder, { recursive: true })
})

interface Answered {
  readonly status: number | undefined
  readonly challenges: string | undefined
  readonly problem: string | undefined
}

function ask(path: string, name?: string, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
  const own = name === undefined ? {} : { cert: readFileSync(pathOf(`${name}.pem`)), key: readFileSync(pathOf(`${name}.key`)) }
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port: running.port, path, headers, agent: false, ca: readFileSync(pathOf('server.pem')), ...own },
      (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.on('end', () => {
          const problem = response.statusCode === 200 ? undefined : (JSON.parse(text) as { readonly type: string }).type
          resolve({ status: response.statusCode, challenges: response.headers['www-authenticate'], problem })
        })
      },
    )
    asked.on('error', reject)
    asked.end()
  })
}

describe('certificates on the listener of the gateway', () => {
  test('stand for their holder, and for nothing that a caller says', async () => {
    expect((await ask('/partner', 'shop', { 'Client-Cert': ':MAA=:' })).status).toBe(200)
    const arrived = running.arrived()
    expect(arrived).toMatchObject({ 'x-countersign-subject': 'shop', 'x-countersign-roles': 'partner', 'x-countersign-scheme': 'ClientCertificate' })
    expect(arrived).not.toHaveProperty('client-cert')
  })

  test('of a trusted issuer stand for the name in them, if it is one', async () => {
    expect((await ask('/', 'worker')).status).toBe(200)
    expect(running.arrived()['x-countersign-subject']).toBe('spiffe://example/worker')
    expect((await ask('/', 'two')).status).toBe(403)
    expect((await ask('/', 'quoted')).status).toBe(200)
    // A comma inside of a name begins no other name.
    expect(running.arrived()).toMatchObject({ 'x-countersign-subject': 'https://a.example/b, DNS:shop.example', 'x-countersign-roles': '-' })
  })

  test('of nobody, and none at all, are answered and not cut off', async () => {
    expect(await ask('/', 'stranger')).toEqual({ status: 403, challenges: undefined, problem: 'urn:countersign:problem:client-certificate-rejected' })
    expect(await ask('/')).toEqual({ status: 403, challenges: undefined, problem: 'urn:countersign:problem:client-certificate-required' })
    expect((await ask('/partner')).challenges).toMatch(/^Bearer /)
  })

  test('are seen in HTTP/2 as well', async () => {
    const session = connect(`https://127.0.0.1:${running.port}`, {
      ca: readFileSync(pathOf('server.pem')),
      cert: readFileSync(pathOf('shop.pem')),
      key: readFileSync(pathOf('shop.key')),
    })
    const status = await new Promise((resolve, reject) => {
      session.on('error', reject)
      const stream = session.request({ ':path': '/partner' })
      stream.on('response', (fields) => resolve(fields[':status']))
      stream.on('error', reject)
      stream.resume()
    })
    session.destroy()
    expect(status).toBe(200)
  })

  test('make tokens that are bound to them good, whoever issued them', async () => {
    const thumbprint = createHash('sha256')
      .update(new X509Certificate(readFileSync(pathOf('stranger.pem'))).raw)
      .digest('base64url')
    const bound = { Authorization: `Bearer ${await token(world, { claims: { cnf: { 'x5t#S256': thumbprint } } })}` }
    expect((await ask('/bound', 'stranger', bound)).status).toBe(200)
    expect((await ask('/bound', 'worker', bound)).status).toBe(401)
    expect((await ask('/bound', undefined, bound)).status).toBe(401)
    expect((await ask('/bound', 'stranger', { Authorization: `Bearer ${await token(world)}` })).status).toBe(401)
  })
})

describe('certificates in a field of a proxy', () => {
  test('are taken from trusted addresses only, and the field goes nowhere', async () => {
    const behind = (proxies: string): Promise<Running> =>
      run({
        sections: `schemes: { clientCertificate: { subjectFrom: commonName } }
network: { trustedProxies: [${proxies}], clientCertificates: { form: nginx, field: X-SSL-Cert, verifiedByProxy: true } }`,
        routes: ['{ path: / }', '{ path: /open, open: true }'],
      })
    const field = [['X-SSL-Cert', encodeURIComponent(readFileSync(pathOf('worker.pem'), 'utf8'))]] as const
    for (const [proxies, status] of [
      ['127.0.0.1', 200],
      ['192.0.2.1', 403],
    ] as const) {
      const other = await behind(proxies)
      try {
        expect((await rawRequest(other.port, { method: 'GET', path: '/', headers: field })).status).toBe(status)
        expect((await rawRequest(other.port, { method: 'GET', path: '/open', headers: field })).status).toBe(200)
        expect(other.arrived()).not.toHaveProperty('x-ssl-cert')
      } finally {
        await other.close()
      }
    }
  })
})

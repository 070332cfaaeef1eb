import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { readUpstreamTls } from '../../src/rules/upstream-tls.ts'
import { stageOverTls, type Files } from './http2-client.ts'
import { makeCertificate } from './stage.ts'

const { stage, files } = stageOverTls()
const own = makeCertificate('gateway')
const stranger = makeCertificate('stranger')

/** An upstream over https that says which certificate the gateway showed. */
async function serveTls({ certificate, key }: Files, options: ServerOptions = {}, host = 'localhost'): Promise<void> {
  const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key), ...options }, (message, response) => {
    const { subject } = (message.socket as TLSSocket).getPeerCertificate()
    message.resume().on('end', () => response.end(`secret for ${subject === undefined ? 'nobody' : subject.CN}`))
  })
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stage.upstream = new URL(`https://${host}:${(server.address() as AddressInfo).port}`)
  stage.defer(() => {
    server.closeAllConnections()
    server.close()
  })
}

const open = (tls: Parameters<typeof readUpstreamTls>[0] | undefined, more: object = {}): Promise<void> => {
  const read = tls === undefined ? undefined : readUpstreamTls(tls)
  return stage.open({ rule: (_request, path) => stage.allow(path.target, { tls: read, ...more }) })
}

const TRAILING = { method: 'POST', headers: { 'transfer-encoding': 'chunked', trailer: 'X-Sum' }, body: 'hello' }
/** A request goes through undici, one with trailers through node:https, and both trust alike. */
const WAYS = [
  ['', {}],
  [', with trailers', TRAILING],
] as const

describe.each(WAYS)('an upstream over https%s', (_way, sent) => {
  test.each([
    ['whose certificate nobody vouches for', () => serveTls(files), undefined, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['that another authority than the configured one vouches for', () => serveTls(files), { ca: stranger.certificate }, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [
      'with a name that its certificate does not have',
      () => serveTls(files),
      { ca: files.certificate, serverName: 'other.example' },
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
  ])('%s is sent nothing', async (_name, begin, tls, cause) => {
    await begin()
    await open(tls)
    const got = await stage.ask('/', { ...sent, headers: { ...('headers' in sent ? sent.headers : {}), host: 'attacker.example' } })
    expect([got.status, got.text.includes('secret'), got.text.includes(cause)]).toEqual([502, false, false])
    expect(await stage.report()).toMatchObject({ failure: 'connect', cause })
  })

  test('is asked under the authority that is configured for it', async () => {
    await serveTls(files)
    await open({ ca: files.certificate })
    expect((await stage.ask('/', { ...sent })).text).toBe('secret for nobody')
  })

  test('gets the certificate of the gateway if it asks for one', async () => {
    await serveTls(files, { requestCert: true, ca: readFileSync(own.certificate) })
    await open({ ca: files.certificate, certificate: own.certificate, key: own.key })
    expect((await stage.ask('/', { ...sent })).text).toBe('secret for gateway')
  })

  test('that gets no certificate though it asks for one is 502', async () => {
    await serveTls(files, { requestCert: true, ca: readFileSync(own.certificate) })
    await open({ ca: files.certificate })
    const got = await stage.ask('/', { ...sent })
    expect([got.status, got.text.includes('secret')]).toEqual([502, false])
  })

  test('may have another name than its address', async () => {
    await serveTls(files, {}, '127.0.0.1')
    await open({ ca: files.certificate, serverName: 'localhost' })
    expect((await stage.ask('/', { ...sent })).status).toBe(200)
  })
})

test('what counts for one set of files does not count for another', async () => {
  await serveTls(files)
  const [good, bad] = [readUpstreamTls({ ca: files.certificate }), readUpstreamTls({ ca: stranger.certificate })]
  await stage.open({ rule: (_request, path) => stage.allow(path.target, { tls: path.target === '/good' ? good : bad, url: new URL(stage.upstream) }) })
  expect([(await stage.ask('/good')).status, (await stage.ask('/bad')).status, (await stage.ask('/good')).status]).toEqual([200, 502, 200])
})

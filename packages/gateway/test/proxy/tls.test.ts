import { once } from 'node:events'
import { copyFileSync } from 'node:fs'
import { request } from 'node:https'
import { connect as connectTls } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { ask, stageOverTls, tls } from './http2-client.ts'
import { makeCertificate } from './stage.ts'

const { stage, files, session } = stageOverTls()

describe('TLS', () => {
  function askTls(options: object = {}): Promise<{ status: number; name: string; connection: string | undefined }> {
    return new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port: stage.port, path: '/', agent: false, rejectUnauthorized: false, ...options }, (response) => {
        const { socket } = response
        const name = 'getPeerCertificate' in socket && typeof socket.getPeerCertificate === 'function' ? String(socket.getPeerCertificate().subject.CN) : ''
        response.resume()
        response.on('end', () => resolve({ status: response.statusCode ?? 0, name, connection: response.headers.connection }))
      })
      asked.on('error', reject)
      asked.end()
    })
  }

  test.each([true, false])('HTTP/1.1 is spoken on the same port, HTTP/2 or not: %s', async (http2) => {
    await stage.serve((message, response) => response.end(message.headers['x-forwarded-proto']))
    await stage.open({ listen: { tls: { ...files, http2 } } })
    expect((await askTls()).status).toBe(200)
    expect(stage.front.connections()).toBeLessThanOrEqual(1)
  })

  test.each([true, false])('header sections that do not end are ended, HTTP/2 or not: %s', async (http2) => {
    await stage.serve((_request, response) => response.end())
    await stage.open({ listen: { tls: { ...files, http2 } }, limits: { headerTimeout: 0.3, requestTimeout: 0.4 } })
    const socket = connectTls({ port: stage.port, host: '127.0.0.1', rejectUnauthorized: false })
    socket.on('error', () => undefined)
    let got = ''
    socket.on('data', (chunk) => (got += chunk.toString()))
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n')
    await once(socket, 'close')
    expect(got.slice(0, 12)).toBe('HTTP/1.1 408')
  })

  test('large header sections are 431 there, too', async () => {
    await stage.serve((_request, response) => response.end())
    await stage.open({ ...tls(files), limits: { header: 4096 } })
    expect((await askTls({ headers: { 'x-large': 'a'.repeat(6000) } })).status).toBe(431)
  })

  test('certificates are taken anew, and bad ones are not', async () => {
    const mine = makeCertificate('first')
    await stage.serve((_request, response) => response.end())
    await stage.open({ listen: { tls: { ...mine, http2: true } } })
    expect((await askTls()).name).toBe('first')
    const next = makeCertificate('second')
    copyFileSync(next.certificate, mine.certificate)
    await expect(stage.front.reloadTls()).rejects.toThrow(/key/)
    expect((await askTls()).name).toBe('first')
    copyFileSync(next.key, mine.key)
    await stage.front.reloadTls()
    expect((await askTls()).name).toBe('second')
  })

  test('bytes that are no TLS are turned away', async () => {
    await stage.serve((_request, response) => response.end())
    await stage.open(tls(files))
    expect(await stage.raw('GET / HTTP/1.1\r\nHost: a\r\n\r\n')).not.toContain('200')
  })

  test('drains sessions of HTTP/2', async () => {
    await stage.serve((_request, response) => response.end('a'))
    await stage.open(tls(files))
    const client = await session()
    await ask(client, { ':path': '/' })
    const closed = once(client, 'close')
    await stage.front.drain(3)
    await closed
    expect(stage.front.connections()).toBe(0)
  })
})

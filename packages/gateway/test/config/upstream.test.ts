import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { maskConfig } from '../../src/config/mask.ts'
import { makeCertificate } from '../proxy/stage.ts'
import { HEAD, load, SCHEMES, told } from './folder.ts'

const own = makeCertificate()
const other = makeCertificate()
const FILES = {
  'ca.pem': readFileSync(own.certificate),
  'own.pem': readFileSync(own.certificate),
  'own.key': readFileSync(own.key),
  'other.key': readFileSync(other.key),
}

/** An API whose upstream has these members, from line 5 on. */
const upstream = (...lines: readonly string[]): string =>
  `${HEAD}${SCHEMES}apis:\n  - name: orders\n    routes: [{ path: / }]\n    upstream:\n${lines.map((line) => `      ${line}\n`).join('')}`

describe('an upstream', () => {
  test('is HTTP/1.1 without members of TLS by default', async () => {
    const { config } = await load(upstream('url: https://orders.internal'))
    expect([config?.apis[0]?.upstream.http2, config?.apis[0]?.upstream.tls]).toEqual([false, undefined])
  })

  test('has the files of its TLS as absolute paths, and they are watched', async () => {
    const lines = ['url: https://10.0.0.1', 'http2: true', 'tls: { ca: ca.pem, certificate: own.pem, key: own.key, serverName: orders.internal }']
    const { config, files, folder, diagnostics } = await load(upstream(...lines), { files: FILES })
    expect(told(diagnostics)).toEqual([])
    const tls = { ca: join(folder, 'ca.pem'), certificate: join(folder, 'own.pem'), key: join(folder, 'own.key'), serverName: 'orders.internal' }
    expect(config?.apis[0]?.upstream).toMatchObject({ http2: true, tls })
    expect(files).toEqual(expect.arrayContaining([tls.ca, tls.certificate, tls.key]))
    expect(config && maskConfig(config)).toMatchObject({ apis: [{ upstream: { tls } }] })
  })

  test.each([
    ['http with TLS', ['url: http://10.0.0.1', 'tls: { ca: ca.pem }'], 'error tls-without-https 9:7'],
    ['a certificate without its key', ['url: https://a', 'tls: { certificate: own.pem }'], 'error half-a-pair 9:14'],
    ['a key without its certificate', ['url: https://a', 'tls: { key: own.key }'], 'error half-a-pair 9:14'],
    ['the key of another certificate', ['url: https://a', 'tls: { certificate: own.pem, key: other.key }'], 'error unusable-certificate 9:27'],
    ['authorities without a certificate', ['url: https://a', 'tls: { ca: own.key }'], 'error unusable-certificate 9:18'],
    ['a file that is not there', ['url: https://a', 'tls: { ca: nothing.pem }'], 'error unreadable-file 9:18'],
    ['an address as name', ['url: https://a', 'tls: { serverName: 10.0.0.1 }'], 'error wrong-server-name 9:26'],
    ['a switch that does not exist', ['url: https://a', 'tls: { rejectUnauthorized: false }'], 'error unknown-key 9:14'],
    ['HTTP/2 that is neither true nor false', ['url: https://a', 'http2: maybe'], 'error wrong-type 9:14'],
  ])('with %s is an error at its place', async (_name, lines, expected) => {
    const { config, diagnostics } = await load(upstream(...lines), { files: FILES })
    expect([config, told(diagnostics)]).toEqual([undefined, [expected]])
  })
})

describe('an upstream that is the gateway itself', () => {
  test.each([
    ['127.0.0.1:8401', 'http://127.0.0.1:8401'],
    ['127.0.0.1:8401', 'http://localhost:8401'],
    ['0.0.0.0:8401', 'http://127.0.0.1:8401'],
    ['"[::1]:80"', 'http://[::1]'],
    ['192.0.2.1:443', 'https://192.0.2.1'],
  ])('on %s, as %s, is a warning', async (listen, url) => {
    const { config, diagnostics } = await load(`listen: ${listen}\nadmin: 127.0.0.1:1\n${upstream(`url: ${url}`)}`)
    expect([config === undefined, told(diagnostics)]).toEqual([false, ['warning upstream-loop 10:12']])
  })

  test.each([
    ['127.0.0.1:8401', 'http://127.0.0.1:8402'],
    ['192.0.2.1:8401', 'http://192.0.2.2:8401'],
    ['192.0.2.1:8401', 'http://127.0.0.1:8401'],
    ['127.0.0.1:0', 'http://127.0.0.1:8401'],
  ])('on %s is another one than %s', async (listen, url) => {
    expect(told((await load(`listen: ${listen}\nadmin: 127.0.0.1:1\n${upstream(`url: ${url}`)}`)).diagnostics)).toEqual([])
  })
})

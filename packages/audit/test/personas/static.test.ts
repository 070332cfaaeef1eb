import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as tlsRequest, createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCertificates } from '../../../guard/test/certificates.ts'
import type { CredentialSource } from '../../src/config/config.ts'
import { PersonaError } from '../../src/persona.ts'
import { personaWith, requestOf } from './stand.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-personas-'))
  await writeFile(join(folder, 'token'), '  abc.def  \nanother line\n')
  await writeFile(join(folder, 'large'), 'x'.repeat(65_537))
  await writeFile(join(folder, 'empty'), '\n')
})
afterAll(() => rm(folder, { recursive: true }))

const env = { TOKEN: 'hunter2', BROKEN: 'hunter2\u0007', BLANK: ' ' }
const TARGET = 'http://127.0.0.1:1'

async function authorized(credentials: CredentialSource) {
  return requestOf(await personaWith(credentials, TARGET, { env, folder }))
}

describe('credentials that somebody got elsewhere', () => {
  test.each<[string, CredentialSource, object]>([
    ['a bearer token of the environment', { type: 'bearer', token: { env: 'TOKEN' } }, { target: '/data?a=1', fields: [['Authorization', 'Bearer hunter2']] }],
    ['the first line of a file', { type: 'bearer', token: { file: 'token' } }, { target: '/data?a=1', fields: [['Authorization', 'Bearer abc.def']] }],
    [
      'what a program prints',
      { type: 'bearer', token: { command: [process.execPath, '-p', '"token of " + process.cwd()'] } },
      { target: '/data?a=1', fields: [['Authorization', expect.stringMatching(/^Bearer token of .*countersign-personas-/)]] },
    ],
    [
      'a name and a password',
      { type: 'basic', user: 'älice', password: { env: 'TOKEN' } },
      { target: '/data?a=1', fields: [['Authorization', `Basic ${Buffer.from('älice:hunter2').toString('base64')}`]] },
    ],
    ['a key in a field', { type: 'apiKey', in: 'header', name: 'X-Key', key: { env: 'TOKEN' } }, { target: '/data?a=1', fields: [['X-Key', 'hunter2']] }],
    ['a key in the query', { type: 'apiKey', in: 'query', name: 'key', key: { file: 'token' } }, { target: '/data?a=1&key=abc.def', fields: [] }],
    ['a key in a cookie', { type: 'apiKey', in: 'cookie', name: 'key', key: { env: 'TOKEN' } }, { target: '/data?a=1', fields: [['Cookie', 'key=hunter2']] }],
    ['a cookie', { type: 'cookie', name: 'sid', value: { env: 'TOKEN' } }, { target: '/data?a=1', fields: [['Cookie', 'sid=hunter2']] }],
  ])('%s', async (_name, credentials, expected) => {
    expect(await authorized(credentials)).toEqual({ method: 'GET', ...expected })
  })

  test.each<[string, CredentialSource, string]>([
    ['a variable that is not set', { type: 'bearer', token: { env: 'NONE' } }, 'the variable `NONE` is not set'],
    ['a variable that is empty', { type: 'bearer', token: { env: 'BLANK' } }, 'the variable `BLANK` is empty'],
    [
      'a token with a control character',
      { type: 'bearer', token: { env: 'BROKEN' } },
      'the variable `BROKEN` has control characters, which no request can carry',
    ],
    ['a file that is not there', { type: 'bearer', token: { file: 'none' } }, 'the file `none` cannot be read (ENOENT)'],
    ['a folder', { type: 'bearer', token: { file: '.' } }, 'the file `.` is no regular file'],
    ['a file that is too large', { type: 'bearer', token: { file: 'large' } }, 'the file `large` has more than 65536 bytes'],
    ['an empty file', { type: 'bearer', token: { file: 'empty' } }, 'the file `empty` is empty'],
    [
      'a program that fails, whatever it prints',
      { type: 'bearer', token: { command: [process.execPath, '-e', 'console.log("hunter2"); console.error("hunter2"); process.exit(3)'] } },
      `the program \`${process.execPath}\` ended with 3`,
    ],
    ['a program that is not there', { type: 'bearer', token: { command: ['no-such-program-here'] } }, 'the program `no-such-program-here` ended with ENOENT'],
  ])('%s is an error without a secret', async (_name, credentials, message) => {
    await expect(authorized(credentials)).rejects.toThrow(new PersonaError(`\`alice\`: ${message}`))
  })

  test('the time at which a token expires is taken from it', async () => {
    const token = `e30.${Buffer.from('{"exp":2000000000}').toString('base64url')}.c2ln`
    const persona = await personaWith({ type: 'bearer', token: { env: 'JWT' } }, TARGET, { env: { JWT: token } })
    expect(await persona.credentials()).toEqual({ kind: 'bearer', fields: [['Authorization', `Bearer ${token}`]], value: token, expires: 2_000_000_000 })
  })

  test('what changed is read after renew(), and not before', async () => {
    const changing: Record<string, string> = { TOKEN: 'one' }
    const persona = await personaWith({ type: 'bearer', token: { env: 'TOKEN' } }, TARGET, { env: changing })
    const values = [(await persona.credentials())?.value]
    changing['TOKEN'] = 'two'
    values.push((await persona.credentials())?.value)
    persona.renew()
    values.push((await persona.credentials())?.value)
    expect(values).toEqual(['one', 'one', 'two'])
  })
})

describe('a client certificate', () => {
  const { authority, server: own, shop, rival } = makeCertificates()

  test('is shown by the connection and adds nothing to requests', async () => {
    const server = createTlsServer({ cert: own.cert, key: own.key, ca: authority.cert, requestCert: true }, (request, response) => {
      response.end(String((request.socket as TLSSocket).getPeerCertificate().subject.CN))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const env = { CERT: shop.cert, KEY: shop.key }
    const persona = await personaWith({ type: 'certificate', cert: { env: 'CERT' }, key: { env: 'KEY' } }, `https://127.0.0.1:${port}`, { env })
    const { fields } = await requestOf(persona)
    const seen = await new Promise<string>((resolve, reject) => {
      tlsRequest({ port, host: '127.0.0.1', ca: authority.cert, ...persona.certificate }, (response) => {
        response.setEncoding('utf8').on('data', resolve)
      })
        .on('error', reject)
        .end()
    })
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    expect([seen, fields, persona.principal?.scheme, persona.principal?.binding]).toEqual(['shop', [], 'ClientCertificate', 'certificate'])
  })

  test.each([
    ['of another key', { CERT: shop.cert, KEY: rival.key }, 'certificate and key do not belong together'],
    ['that is none', { CERT: 'hunter2', KEY: 'hunter2' }, 'certificate or key cannot be read; both are wanted in PEM, without a passphrase'],
    ['that is not there', {}, 'the variable `CERT` is not set'],
  ])('%s is an error of this persona alone', async (_name, wrong, message) => {
    const persona = await personaWith({ type: 'certificate', cert: { env: 'CERT' }, key: { env: 'KEY' } }, TARGET, { env: wrong })
    expect(persona.certificate).toBeUndefined()
    await expect(persona.credentials()).rejects.toThrow(new PersonaError(`\`alice\`: ${message}`))
  })
})

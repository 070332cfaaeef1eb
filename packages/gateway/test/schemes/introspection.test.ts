import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { decodeJwt } from 'jose'
import { listen, type Served } from '../../../../conformance/application.ts'
import { rawRequest, type RawResponse } from '../../../../conformance/raw-http.ts'
import { run, type Running } from './running.ts'

const SECRET = 'of-the-client-and-of-nobody-else'
const ACTOR = { subject: 'test', via: 'cli' }

interface Asked {
  readonly authorization: string | undefined
  readonly form: URLSearchParams
}

let issuer: Served | undefined
let running: Running | undefined

afterEach(async () => {
  await Promise.all([running?.close(), issuer?.close()])
})

/** An issuer with metadata, and a gateway that asks it. Gives the questions that came. */
async function start(
  client: string,
  { status = 200, prepare }: { status?: number; prepare?: (folder: string) => Promise<void> } = {},
): Promise<readonly Asked[]> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const send = (code: number, body: object): void => void response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    const base = `http://127.0.0.1:${issuer?.port ?? 0}`
    if (request.method === 'GET') return send(200, { issuer: base, introspection_endpoint: `${base}/introspect` })
    const tell = async (): Promise<void> => {
      const form = new URLSearchParams(await text(request))
      asked.push({ authorization: request.headers.authorization, form })
      const sub = form.get('token')
      send(status, { active: sub !== 'unknown', sub, token_type: 'Bearer', aud: 'api', iat: 1_700_000_000, realm_access: { roles: ['reader'] } })
    }
    void tell()
  })
  issuer = await listen(server)
  const sections = `schemes:
  bearer:
    introspection: { issuer: 'http://127.0.0.1:${issuer.port}', client: { id: gateway, ${client} }, audience: api, roles: realm_access.roles }`
  running = await run({ sections, routes: ['{ path: /, roles: [reader] }'], ...(prepare === undefined ? {} : { prepare }) })
  return asked
}

function ask(token: string): Promise<RawResponse> {
  return rawRequest(running?.port ?? 0, { method: 'GET', path: '/', headers: [['Authorization', `Bearer ${token}`]] })
}

describe('introspection at the gateway', () => {
  test('the metadata of the issuer says where to ask, and the secret who asks', async () => {
    const asked = await start('secretFile: ./secret', { prepare: (folder) => writeFile(`${folder}/secret`, `${SECRET}\n`) })
    expect([(await ask('olga')).status, (await ask('unknown')).status]).toEqual([200, 401])
    expect(running?.arrived()).toMatchObject({ 'x-countersign-subject': 'olga', 'x-countersign-roles': 'reader' })
    expect(asked.map(({ authorization }) => authorization)).toEqual(Array.from({ length: 2 }, () => `Basic ${btoa(`gateway:${SECRET}`)}`))
  })

  test('a private key signs who asks', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwk = { ...privateKey.export({ format: 'jwk' }), alg: 'ES256' }
    const asked = await start('keyFile: ./key.json', { prepare: (folder) => writeFile(`${folder}/key.json`, JSON.stringify(jwk)) })
    expect((await ask('olga')).status).toBe(200)
    const [question] = asked
    expect(question?.authorization).toBeUndefined()
    expect(decodeJwt(question?.form.get('client_assertion') ?? '')).toMatchObject({ iss: 'gateway', sub: 'gateway' })
  })

  test('revocations of the store count for these tokens, too', async () => {
    await start(`secret: ${SECRET}`)
    expect((await ask('olga')).status).toBe(200)
    await running?.gateway.store.revocations.revokeSubject('olga', 1_700_000_001, ACTOR)
    expect((await ask('olga')).status).toBe(401)
  })

  test('no answer is 503, and the log says why without token and secret', async () => {
    await start(`secret: ${SECRET}`, { status: 500 })
    expect((await ask('token-of-olga')).status).toBe(503)
    await running?.gateway.close()
    const log = running?.logged() ?? ''
    expect(log).toContain('"where":"introspection"')
    expect(log).not.toMatch(/of-the-client|token-of-olga/)
  })
})

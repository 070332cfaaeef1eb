import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import type { CredentialSource } from '../../src/config/config.ts'
import { PersonaError } from '../../src/persona.ts'
import { personaWith, requestOf, stand, type Seen, type Stand } from './stand.ts'

const open: Stand[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function target(answer: (seen: Seen, response: ServerResponse) => void): Promise<Stand> {
  const started = await stand(answer)
  open.push(started)
  return started
}

const env = { PASSWORD: 'hunter2&=é' }

function login(more: Partial<CredentialSource & { type: 'login' }> = {}): CredentialSource {
  return {
    type: 'login',
    method: 'POST',
    path: '/login',
    mediaType: 'application/json',
    body: { name: 'alice', password: { env: 'PASSWORD' } },
    token: '/data/token',
    ...more,
  }
}

const json =
  (status: number, body: unknown, fields: Record<string, string | string[]> = {}) =>
  (_seen: Seen, response: ServerResponse) =>
    void response.writeHead(status, { 'Content-Type': 'application/json', ...fields }).end(JSON.stringify(body))

const TOKEN = json(200, { data: { token: 'abc', ttl: '60' } })

describe('a login at the target', () => {
  test('sends its content behind the base path and takes the token by its pointer', async () => {
    const { url, seen } = await target(TOKEN)
    const persona = await personaWith(login({ expiresIn: '/data/ttl' }), `${url}/api/`, { env, now: () => 1000 })
    expect((await requestOf(persona)).fields).toEqual([['Authorization', 'Bearer abc']])
    expect(await persona.credentials()).toMatchObject({ kind: 'bearer', value: 'abc', expires: 1060 })
    expect(seen.map(({ line, body }) => [line, body])).toEqual([['POST /api/login', '{"name":"alice","password":"hunter2&=é"}']])
  })

  test('as a form', async () => {
    const { url, seen } = await target(TOKEN)
    await (await personaWith(login({ mediaType: 'application/x-www-form-urlencoded' }), url, { env })).credentials()
    expect(seen.map(({ fields, body }) => [fields['content-type'], body])).toEqual([
      ['application/x-www-form-urlencoded', 'name=alice&password=hunter2%26%3D%C3%A9'],
    ])
  })

  test.each<[string, Partial<CredentialSource & { type: 'login' }>, object, string]>([
    ['in a field of its own', { header: 'X-Auth' }, { kind: 'apiKey', fields: [['X-Auth', 'abc']] }, 'ApiKey'],
    ['under another scheme', { scheme: 'Token' }, { kind: 'other', fields: [['Authorization', 'Token abc']] }, 'Token'],
  ])('the token is sent %s', async (_name, more, expected, scheme) => {
    const { url } = await target(TOKEN)
    const persona = await personaWith(login(more), url, { env })
    expect(await persona.credentials()).toEqual({ value: 'abc', ...expected })
    expect(persona.principal?.scheme).toBe(scheme)
  })

  test('without a pointer its cookies are sent back, and those that it takes back are not', async () => {
    const cookies = ['theme=dark; Path=/', 'sid=s3cr3tvalue; HttpOnly; Max-Age=60', 'old=gone; Max-Age=0', 'flash=; Max-Age=0']
    const { url } = await target(json(302, {}, { 'Set-Cookie': cookies, Location: 'https://elsewhere.example/' }))
    const { type: _, token: __, ...rest } = login() as CredentialSource & { type: 'login' }
    const persona = await personaWith({ type: 'login', ...rest }, url, { env })
    expect(await persona.credentials()).toEqual({ kind: 'cookie', fields: [['Cookie', 'theme=dark; sid=s3cr3tvalue']], value: 's3cr3tvalue' })
  })

  test.each<[string, (seen: Seen, response: ServerResponse) => void, string]>([
    ['a refusal', json(401, { message: 'hunter2' }), 'POST /login answered 401'],
    ['a redirect', json(307, {}, { Location: 'http://127.0.0.1:1/' }), 'POST /login answered 307'],
    ['no token', json(200, { token: 'hunter2' }), 'the answer of POST /login has no token at `/data/token`'],
    ['a token that no request can carry', json(200, { data: { token: 'hunter2\r\nX: y' } }), 'the answer of POST /login has no token at `/data/token`'],
    ['no JSON', (_seen, response) => void response.end('hunter2'), 'POST /login answered no JSON'],
    ['too much', json(200, 'x'.repeat(70_000)), 'POST /login answered with more than 65536 bytes'],
    ['nothing', (_seen, response) => void response.destroy(), 'POST URL/login was not answered (reset)'],
  ])('%s is an error without a secret', async (_name, answer, message) => {
    const { url } = await target(answer)
    const persona = await personaWith(login(), url, { env })
    await expect(persona.credentials()).rejects.toThrow(new PersonaError(`\`alice\`: ${message.replace('URL', url)}`))
  })

  test('a host that is not ours is not logged in to', async () => {
    const persona = await personaWith(login(), 'http://198.51.100.7', { env })
    await expect(persona.credentials()).rejects.toThrow(/neither loopback nor private/)
  })
})

describe('keeping', () => {
  test('however many ask, one login is made; the next one before the end of the token', async () => {
    let now = 1000
    let count = 0
    const { url, seen } = await target((_seen, response) => json(200, { data: { token: `t${(count += 1)}`, ttl: 300 } })(_seen, response))
    const persona = await personaWith(login({ expiresIn: '/data/ttl' }), url, { env, now: () => now })
    const ask = async () => (await persona.credentials())?.value
    expect(new Set(await Promise.all(Array.from({ length: 20 }, ask)))).toEqual(new Set(['t1']))
    now = 1269
    expect(await ask()).toBe('t1')
    now = 1270
    expect(await Promise.all([ask(), ask()])).toEqual(['t2', 't2'])
    persona.renew()
    const racing = ask()
    persona.renew()
    expect(await Promise.all([racing, ask()])).toEqual(['t3', 't3'])
    expect(seen).toHaveLength(3)
  })

  test('three failures in a row are enough, because more could lock the account', async () => {
    const { url, seen } = await target(json(401, {}))
    const persona = await personaWith(login(), url, { env })
    const messages: string[] = []
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await persona.credentials().catch((error: Error) => messages.push(error.message))
      persona.renew()
    }
    expect(messages).toEqual([
      ...Array.from({ length: 3 }, () => '`alice`: POST /login answered 401'),
      ...Array.from({ length: 2 }, () => '`alice`: POST /login answered 401; after 3 attempts there is none more'),
    ])
    expect(seen).toHaveLength(3)
  })

  test('a token that has expired when it comes is not fetched for every request', async () => {
    const { url, seen } = await target(json(200, { data: { token: 'abc', ttl: 0.001 } }))
    const persona = await personaWith(login({ expiresIn: '/data/ttl' }), url, { env, now: () => 1000 })
    for (let request = 0; request < 10; request += 1) await persona.credentials()
    expect(seen).toHaveLength(1)
  })
})

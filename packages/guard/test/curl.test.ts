import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { authenticated, basic, bearerOpaque, createGuard, digest, digestHash, digestUserHash, type DigestOptions } from 'countersign'
import { protectWith } from 'countersign/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** Behind this request the nonces so far have ended. */
const LATER = '/digest/later'
/** Where curl is sent on to: it keeps a nonce for redirections, and for nothing else. */
const NEXT: Readonly<Record<string, string>> = { '/digest/first': '/digest/second', '/digest/second': '/digest/third', [LATER]: '/digest/third' }
const run = promisify(execFile)
const REALM = 'orders'
const PASSWORD = 'correct horse'
const clock = { now: 1_700_000_000 }
const [ha1, userhash] = [await digestHash('olga', REALM, PASSWORD), await digestUserHash('olga', REALM)]
const account = { subject: 'olga', ha1 }

function digestWith(options: Partial<DigestOptions> = {}) {
  return digest({ secret: 'the secret of nonces in these tests', lookup: (user) => (user === 'olga' ? account : undefined), ...options })
}

const SCHEMES = {
  digest: digestWith(),
  hidden: digestWith({ lookup: () => undefined, lookupHash: (hash) => (hash === userhash['SHA-256'] ? account : undefined) }),
  covering: digestWith({ contentLimit: 100 }),
  basic: basic({ verify: (user, password) => (user === 'olga' && password === PASSWORD ? { subject: user } : undefined) }),
  bearer: bearerOpaque({ verify: (token) => (token === 'good' ? { subject: 'olga' } : undefined) }),
}

const handlers = Object.fromEntries(
  Object.entries(SCHEMES).map(([name, scheme]) => {
    const protect = protectWith(createGuard({ realm: REALM, schemes: [scheme], clock: () => clock.now }))
    const handler = protect(authenticated(), async (request, response, { principal }) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const next = NEXT[request.url ?? '']
      if (request.url === LATER) clock.now += 1000
      if (next !== undefined) response.writeHead(307, { location: next })
      response.end(`${principal.subject} by ${principal.scheme}: ${Buffer.concat(chunks).toString()}\n`)
    })
    return [name, handler] as const
  }),
)

const server = createServer((request, response) => {
  const handler = handlers[request.url?.split('/')[1] ?? '']
  if (handler === undefined) throw new Error(`no handler for ${request.url}`)
  void handler(request, response)
})
let origin = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

interface Answers {
  /** Of each request that curl made, with those that it made by itself. */
  readonly statuses: readonly number[]
  /** Everything that the server said, fields and contents. */
  readonly text: string
}

/** Runs curl, without any configuration of the machine. */
async function curl(path: string, ...options: readonly string[]): Promise<Answers> {
  const { stdout } = await run('curl', ['-q', '-s', '-i', '--max-time', '20', '--noproxy', '*', ...options, `${origin}${path}`])
  return { statuses: [...stdout.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status)), text: stdout }
}

const user = (password: string) => ['-u', `olga:${password}`]

describe('curl', () => {
  test('with Basic is let in, and refused with a wrong password', async () => {
    expect(await curl('/basic/1', ...user(PASSWORD))).toEqual({ statuses: [200], text: expect.stringContaining('olga by Basic') })
    const refused = await curl('/basic/1', ...user('wrong'))
    expect(refused).toEqual({ statuses: [401], text: expect.stringContaining('WWW-Authenticate: Basic realm="orders", charset="UTF-8"') })
  })

  test('with Bearer is let in, and refused with a wrong token', async () => {
    expect(await curl('/bearer/1', '--oauth2-bearer', 'good')).toEqual({ statuses: [200], text: expect.stringContaining('olga by Bearer') })
    expect(await curl('/bearer/1', '--oauth2-bearer', 'bad')).toEqual({ statuses: [401], text: expect.stringContaining('error="invalid_token"') })
  })

  test('with Digest asks for the challenge, answers it, and is told that the server knows the password', async () => {
    const { statuses, text } = await curl('/digest/1?page=2', '--digest', ...user(PASSWORD))
    expect(statuses).toEqual([401, 200])
    expect(text).toMatch(/^WWW-Authenticate: Digest realm="orders", qop="auth", algorithm=SHA-256, nonce="[^"]+", opaque="[^"]+", charset=UTF-8\r$/m)
    expect(text).toMatch(/^Authentication-Info: rspauth="[\da-f]{64}", qop=auth, cnonce="[^"]+", nc=00000001\r$/m)
    expect(text).toContain('olga by Digest')
  })

  test('with Digest sends its content once it is let in', async () => {
    const { statuses, text } = await curl('/digest/1', '--digest', ...user(PASSWORD), '-d', 'a=1')
    expect([statuses, text]).toEqual([[401, 200], expect.stringContaining('olga by Digest: a=1')])
  })

  test('with Digest and a wrong password tries once', async () => {
    const { statuses, text } = await curl('/digest/1', '--digest', ...user('wrong'))
    expect(statuses).toEqual([401, 401])
    expect(text).not.toContain('stale')
  })

  test('counts its requests under one nonce', async () => {
    const { statuses, text } = await curl('/digest/first', '-L', '--digest', ...user(PASSWORD))
    expect(statuses).toEqual([401, 307, 307, 200])
    expect([...text.matchAll(/nc=(\d+)/g)].map(([, nc]) => nc)).toEqual(['00000001', '00000002', '00000003'])
  })

  test('takes a new nonce for a stale one without asking again', async () => {
    const { statuses, text } = await curl(LATER, '-L', '--digest', ...user(PASSWORD))
    expect(statuses).toEqual([401, 307, 401, 200])
    expect(text.match(/stale=true/g)).toHaveLength(1)
  })

  test('hides its name where the server knows the hashes of names', async () => {
    const { statuses, text } = await curl('/hidden/1', '--digest', ...user(PASSWORD))
    expect([statuses, text]).toEqual([[401, 200], expect.stringContaining('userhash=true')])
  })

  test('takes auth where auth-int is offered, too', async () => {
    const { statuses, text } = await curl('/covering/1', '--digest', ...user(PASSWORD), '-d', 'a=1')
    expect([statuses, text]).toEqual([[401, 200], expect.stringMatching(/qop="auth, auth-int"[\s\S]*qop=auth,[\s\S]*olga by Digest: a=1/)])
  })
})

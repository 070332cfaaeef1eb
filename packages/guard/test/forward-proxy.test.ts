import { execFile } from 'node:child_process'
import { createServer, request as send, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { promisify } from 'node:util'
import { authenticated, basic, createGuard, type Passage } from 'countersign'
import { requestView, writeAnswer } from 'countersign/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const guard = createGuard({
  realm: 'proxy',
  role: 'proxy',
  schemes: [basic({ verify: (user, password) => (user === 'olga' && password === 'correct' ? { subject: user } : undefined) })],
})
const gate = guard.gate(authenticated())

/** A server behind the proxy, which says what credentials came to it. */
const origin = createServer(({ headers }, response) => {
  response.end(`authorization ${headers.authorization ?? 'none'}, proxy-authorization ${headers['proxy-authorization'] ?? 'none'}`)
})

/** A forward proxy as small as it can be: absolute targets and tunnels (RFC 9110 sections 9.3.6 and 11.7). */
const proxy = createServer((request, response) => void relay(request, response))

async function relay(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const passage: Passage = await gate(requestView(request))
  if (!passage.pass) return writeAnswer(request, response, passage.answer)
  // RFC 9110 section 11.7.2: they are for this proxy and go no further.
  const { 'proxy-authorization': _own, ...headers } = request.headers
  const onward = send(new URL(request.url ?? ''), { method: request.method ?? 'GET', headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  onward.on('error', () => void response.writeHead(502).end())
  request.pipe(onward)
}

async function dig(request: IncomingMessage, socket: Duplex): Promise<void> {
  const passage = await gate(requestView(request, {}, '/'))
  if (!passage.pass) {
    const fields = passage.answer.fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    return void socket.end(`HTTP/1.1 ${passage.answer.status} Denied\r\n${fields}Content-Length: 0\r\nConnection: close\r\n\r\n`)
  }
  const { hostname, port } = new URL(`http://${request.url}`)
  const tunnel = connect(Number(port), hostname, () => {
    socket.write('HTTP/1.1 200 Connected\r\n\r\n')
    tunnel.pipe(socket).pipe(tunnel)
  })
  tunnel.on('error', () => socket.destroy())
  socket.on('error', () => tunnel.destroy())
}
proxy.on('connect', (request, socket) => void dig(request, socket))

const addressOf = (server: Server): string => `127.0.0.1:${(server.address() as AddressInfo).port}`

beforeAll(async () => {
  for (const server of [origin, proxy]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  for (const server of [origin, proxy]) {
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
})

/** What curl prints with these options: the header sections and the content. */
async function curl(...options: readonly string[]): Promise<string> {
  const common = ['--silent', '--include', '--max-time', '5', '--noproxy', '', '--proxy', `http://${addressOf(proxy)}`]
  const { stdout } = await run('curl', [...common, ...options, `http://${addressOf(origin)}/data`], { env: {} }).catch(
    (error: unknown) => error as { readonly stdout: string },
  )
  return stdout.replaceAll('\r\n', '\n')
}

describe('a forward proxy, asked by curl', () => {
  it('says 407 with a challenge of its own, and nothing in the field of origins', async () => {
    const answer = await curl()
    expect(answer).toMatch(/^HTTP\/1.1 407 /)
    expect(answer).toContain('\nProxy-Authenticate: Basic realm="proxy", charset="UTF-8"\n')
    expect(answer).not.toMatch(/^www-authenticate/im)
    expect(JSON.parse(answer.split('\n\n')[1] ?? '')).toMatchObject({ type: 'urn:countersign:problem:proxy-authentication-required', status: 407 })
  })

  it('lets in who has credentials for it, and passes on those for the origin alone', async () => {
    expect(await curl('--proxy-user', 'olga:correct', '--user', 'ivan:secret')).toMatch(
      /^HTTP\/1.1 200 [^]*\n\nauthorization Basic aXZhbjpzZWNyZXQ=, proxy-authorization none$/,
    )
  })

  it('answers 407 again to a wrong password, and to credentials that are for the origin', async () => {
    expect(await curl('--proxy-user', 'olga:wrong')).toMatch(/^HTTP\/1.1 407 /)
    expect(await curl('--user', 'olga:correct')).toMatch(/^HTTP\/1.1 407 /)
  })

  it('asks again where credentials cannot be read (ledger row basic-malformed), and names no field of origins for 400 either', async () => {
    expect(await curl('--proxy-header', 'Proxy-Authorization: Basic %%%')).toMatch(/^HTTP\/1.1 407 /)
    const two = await curl('--proxy-header', 'Proxy-Authorization: Basic YTpi, Bearer abc')
    expect(two).toMatch(/^HTTP\/1.1 400 /)
    expect(two).not.toMatch(/^www-authenticate/im)
  })

  it('opens tunnels in the same way', async () => {
    expect(await curl('--proxytunnel')).toMatch(/^HTTP\/1.1 407 [^]*\nProxy-Authenticate: Basic realm="proxy"/)
    expect(await curl('--proxytunnel', '--proxy-user', 'olga:correct')).toMatch(/^HTTP\/1.1 200 Connected\n[^]*proxy-authorization none$/)
  })
})

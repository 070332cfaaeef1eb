// What the gateway is held against: proxies on Node that decide nothing, and a guard for nginx to ask. Each in a process of its own:
// `node passers.mjs <name> <port of the upstream> [<issuer> <address of its keys>]`.
import { createServer, Agent } from 'node:http'
import { AUDIENCE } from '../issuer.mjs'

const PASSERS = { dispatch, 'http-proxy-3': httpProxy3, fastify: fastifyProxy, guard }

/** The least that undici and node:http can do: an upper bound for any proxy made of them. No field is looked at. */
async function dispatch(origin) {
  const { Pool } = await import('undici')
  const pool = new Pool(origin, { connections: 128 })
  return listen((request, response) => {
    const content = request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined
    const { connection: _connection, ...headers } = request.headers
    pool.dispatch({ path: request.url, method: request.method, headers, body: content ? request : null }, handlerFor(response))
  })
}

function handlerFor(response) {
  let resume
  return {
    onConnect: (abort) => void response.on('close', () => response.writableFinished || abort()),
    onHeaders: (status, raw, resumeUpstream) => {
      resume = resumeUpstream
      const fields = raw.map((part) => part.toString('latin1'))
      response.writeHead(
        status,
        fields.filter((_, index) => !/^(?:connection|keep-alive)$/i.test(fields[index - (index % 2)])),
      )
      return true
    },
    // undici pauses at `false` and at nothing else.
    onData: (chunk) => {
      const room = response.write(chunk)
      if (!room) response.once('drain', resume)
      return room
    },
    onComplete: () => void response.end(),
    onError: () => void response.destroy(),
  }
}

async function httpProxy3(origin) {
  const { createProxyServer } = await import('http-proxy-3')
  const proxy = createProxyServer({ target: origin, agent: new Agent({ keepAlive: true, maxSockets: 128 }) })
  return listen((request, response) => proxy.web(request, response))
}

async function fastifyProxy(origin) {
  const { default: fastify } = await import('fastify')
  const { default: plugin } = await import('@fastify/http-proxy')
  const app = fastify()
  await app.register(plugin, { upstream: origin, undici: { connections: 128 } })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server.address().port
}

async function guard(_origin, issuer, jwksUri) {
  const { authenticated, bearerJwt, createGuard, scope } = await import('countersign')
  const { protectWith } = await import('countersign/node')
  const made = createGuard({ realm: 'bench', schemes: [bearerJwt({ issuer, audience: AUDIENCE, jwksUri })] })
  await made.ready()
  const protect = protectWith(made)
  const yes = (_request, response) => void response.writeHead(204).end()
  const [any, admin] = [protect(authenticated(), yes), protect(scope('admin'), yes)]
  return listen((request, response) => void (request.url === '/admin' ? admin : any)(request, response))
}

function listen(serve) {
  const server = createServer(serve)
  return new Promise((resolve) => void server.listen(0, '127.0.0.1', () => resolve(server.address().port)))
}

const [name, upstream, ...more] = process.argv.slice(2)
process.send({ port: await PASSERS[name](`http://127.0.0.1:${upstream}`, ...more) })
process.on('disconnect', () => process.exit())

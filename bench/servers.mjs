// Every server answers `GET /data` to each caller with a token, and `GET /admin` to those with the scope `admin`.
// Peers are set up as their README says, with the leanest error handler that their documentation allows, so that
// none of them is charged for printing stack traces.
import { createServer } from 'node:http'
import { AUDIENCE, publicPem } from './issuer.mjs'

const BODY = (subject) => ({ hello: subject })
const hasScope = (claims) => typeof claims?.scope === 'string' && claims.scope.split(' ').includes('admin')

export const SERVERS = {
  'node:http': { framework: 'node:http', kind: 'bare', start: bareNode },
  'countersign/node': { framework: 'node:http', kind: 'guard', start: guardNode },
  express: { framework: 'express', kind: 'bare', start: bareExpress },
  'countersign/express': { framework: 'express', kind: 'guard', start: guardExpress },
  'express-oauth2-jwt-bearer': { framework: 'express', kind: 'peer', start: oauth2JwtBearer },
  'express-jwt + jwks-rsa': { framework: 'express', kind: 'peer', start: expressJwt },
  'passport-jwt + jwks-rsa': { framework: 'express', kind: 'peer', start: passportJwt },
  fastify: { framework: 'fastify', kind: 'bare', start: bareFastify },
  'countersign/fastify': { framework: 'fastify', kind: 'guard', start: guardFastify },
  '@fastify/jwt, public key': { framework: 'fastify', kind: 'peer', start: (config) => fastifyJwt(config, {}) },
  '@fastify/jwt, cache': { framework: 'fastify', kind: 'peer', start: (config) => fastifyJwt(config, { cache: config.cacheSize }) },
  hono: { framework: 'hono', kind: 'bare', start: bareHono },
  'countersign/hono': { framework: 'hono', kind: 'guard', start: guardHono },
  'hono/jwk, jwks_uri': { framework: 'hono', kind: 'peer', start: (config) => honoJwk(config, { jwks_uri: config.jwksUri }) },
  'hono/jwk, keys': { framework: 'hono', kind: 'peer', start: (config) => honoJwk(config, { keys: config.keySet.keys }) },
}

async function guardOf({ issuer, jwksUri, cacheSize }) {
  const { authenticated, bearerJwt, createGuard, scope } = await import('countersign')
  const guard = createGuard({ realm: 'bench', schemes: [bearerJwt({ issuer, audience: AUDIENCE, jwksUri, cacheSize })] })
  await guard.ready()
  return { guard, any: authenticated(), admin: scope('admin') }
}

function listen(server) {
  return new Promise((resolve) => void server.listen(0, '127.0.0.1', () => resolve(server.address().port)))
}

function sendJson(response, value) {
  const body = JSON.stringify(value)
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

function bareNode() {
  return listen(createServer((_request, response) => sendJson(response, BODY('olga'))))
}

async function guardNode(config) {
  const { guard, any, admin } = await guardOf(config)
  const { protectWith } = await import('countersign/node')
  const protect = protectWith(guard)
  const data = protect(any, (_request, response, access) => sendJson(response, BODY(access.principal.subject)))
  const onlyAdmin = protect(admin, (_request, response, access) => sendJson(response, BODY(access.principal.subject)))
  return listen(createServer((request, response) => void (request.url === '/admin' ? onlyAdmin : data)(request, response)))
}

async function bareExpress() {
  const { default: express } = await import('express')
  const app = express()
  app.get('/data', (_req, res) => void res.json(BODY('olga')))
  return listen(createServer(app))
}

async function guardExpress(config) {
  const { guard, any, admin } = await guardOf(config)
  const { default: express } = await import('express')
  const { principalOf, protectWith } = await import('countersign/express')
  const protect = protectWith(guard)
  const app = express()
  app.get('/data', protect(any), (req, res) => void res.json(BODY(principalOf(req).subject)))
  app.get('/admin', protect(admin), (req, res) => void res.json(BODY(principalOf(req).subject)))
  return listen(createServer(app))
}

async function oauth2JwtBearer({ issuer, jwksUri }) {
  const { default: express } = await import('express')
  const { auth, requiredScopes } = await import('express-oauth2-jwt-bearer')
  const app = express()
  app.use(auth({ issuer, jwksUri, audience: AUDIENCE }))
  app.get('/data', (req, res) => void res.json(BODY(req.auth.payload.sub)))
  app.get('/admin', requiredScopes('admin'), (req, res) => void res.json(BODY(req.auth.payload.sub)))
  // Without it Express would print a stack trace a denial.
  app.use((error, _req, res, _next) => void res.status(error.status).set(error.headers).json({ error: error.code }))
  return listen(createServer(app))
}

async function expressJwt({ issuer, jwksUri }) {
  const { default: express } = await import('express')
  const { expressjwt } = await import('express-jwt')
  const { default: jwksRsa } = await import('jwks-rsa')
  const secret = jwksRsa.expressJwtSecret({ cache: true, rateLimit: true, jwksRequestsPerMinute: 5, jwksUri })
  const app = express()
  app.use(expressjwt({ secret, audience: AUDIENCE, issuer, algorithms: ['RS256'] }))
  app.get('/data', (req, res) => void res.json(BODY(req.auth.sub)))
  app.get('/admin', (req, res) => void (hasScope(req.auth) ? res.json(BODY(req.auth.sub)) : res.status(403).json({ error: 'insufficient_scope' })))
  app.use((error, _req, res, _next) => void res.status(error.status ?? 500).json({ error: error.code }))
  return listen(createServer(app))
}

async function passportJwt({ issuer, jwksUri }) {
  const { default: express } = await import('express')
  const { default: passport } = await import('passport')
  const { ExtractJwt, Strategy } = (await import('passport-jwt')).default
  const { default: jwksRsa } = await import('jwks-rsa')
  const secretOrKeyProvider = jwksRsa.passportJwtSecret({ cache: true, rateLimit: true, jwksRequestsPerMinute: 5, jwksUri })
  const options = { jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), secretOrKeyProvider, audience: AUDIENCE, issuer, algorithms: ['RS256'] }
  passport.use(new Strategy(options, (claims, done) => done(null, claims)))
  const authenticate = passport.authenticate('jwt', { session: false })
  const app = express()
  app.get('/data', authenticate, (req, res) => void res.json(BODY(req.user.sub)))
  app.get(
    '/admin',
    authenticate,
    (req, res) => void (hasScope(req.user) ? res.json(BODY(req.user.sub)) : res.status(403).json({ error: 'insufficient_scope' })),
  )
  return listen(createServer(app))
}

async function fastifyApp() {
  const { default: fastify } = await import('fastify')
  return fastify()
}

async function listenFastify(app) {
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server.address().port
}

async function bareFastify() {
  const app = await fastifyApp()
  app.get('/data', async () => BODY('olga'))
  return listenFastify(app)
}

async function guardFastify(config) {
  const { guard, any, admin } = await guardOf(config)
  const { principalOf, protectWith } = await import('countersign/fastify')
  const app = await fastifyApp()
  const protect = protectWith(guard)
  app.get('/data', protect(any), async (request) => BODY(principalOf(request).subject))
  app.get('/admin', protect(admin), async (request) => BODY(principalOf(request).subject))
  return listenFastify(app)
}

async function fastifyJwt({ issuer, keySet }, verify) {
  const { default: plugin } = await import('@fastify/jwt')
  const app = await fastifyApp()
  const limits = { algorithms: ['RS256'], allowedIss: issuer, allowedAud: AUDIENCE, ...verify }
  await app.register(plugin, { secret: { public: publicPem(keySet.keys[0]) }, sign: { algorithm: 'RS256' }, verify: limits })
  const onRequest = (request) => request.jwtVerify()
  app.get('/data', { onRequest }, async (request) => BODY(request.user.sub))
  app.get('/admin', { onRequest }, async (request, reply) => {
    if (hasScope(request.user)) return BODY(request.user.sub)
    reply.code(403)
    return { error: 'insufficient_scope' }
  })
  return listenFastify(app)
}

async function serveHono(app) {
  const { serve } = await import('@hono/node-server')
  return new Promise((resolve) => void serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => resolve(port)))
}

async function bareHono() {
  const { Hono } = await import('hono')
  return serveHono(new Hono().get('/data', (c) => c.json(BODY('olga'))))
}

async function guardHono(config) {
  const { guard, any, admin } = await guardOf(config)
  const { Hono } = await import('hono')
  const { protectWith } = await import('countersign/hono')
  const protect = protectWith(guard)
  const app = new Hono()
    .get('/data', protect(any), (c) => c.json(BODY(c.var.access.principal.subject)))
    .get('/admin', protect(admin), (c) => c.json(BODY(c.var.access.principal.subject)))
  return serveHono(app)
}

async function honoJwk({ issuer }, keys) {
  const { Hono } = await import('hono')
  const { jwk } = await import('hono/jwk')
  const check = jwk({ ...keys, alg: ['RS256'], verification: { iss: issuer, aud: AUDIENCE, typ: 'at+jwt' } })
  const app = new Hono()
    .get('/data', check, (c) => c.json(BODY(c.get('jwtPayload').sub)))
    .get('/admin', check, (c) => (hasScope(c.get('jwtPayload')) ? c.json(BODY(c.get('jwtPayload').sub)) : c.json({ error: 'insufficient_scope' }, 403)))
  return serveHono(app)
}

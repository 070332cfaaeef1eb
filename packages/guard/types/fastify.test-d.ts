import Fastify, { type RouteShorthandOptions } from 'fastify'
import { createSecureServer } from 'node:http2'
import { allOf, anyone, authenticated, recent, role, scope, type Guard } from 'countersign'
import { accessOf, principalOf, protectWith } from 'countersign/fastify'
import { deferContinue } from 'countersign/node'
import { expectSame } from './expect-type.ts'

export function buildApp(guard: Guard) {
  const app = Fastify()
  const protect = protectWith(guard)

  app.get('/data', protect(authenticated()), async (request) => ({ hello: principalOf(request).subject }))
  app.get('/admin', protect(role('admin')), async () => ({ ok: true }))
  app.post('/orders', protect(scope('orders:write')), async (_request, reply) => reply.code(201).send({}))
  app.delete('/tenants/:id', protect(allOf(role('admin'), recent({ maxAge: 300 }))), async (_request, reply) => reply.code(204).send())
  app.get<{ Params: { id: string } }>('/things/:id', { ...protect(anyone()), bodyLimit: 10 }, async (request) => {
    // A route's own types stay as they are.
    expectSame<typeof request.params, { id: string }>(true)
    // @ts-expect-error accessOf cannot know the requirement of the route, so the principal may be null
    return accessOf(request).principal.subject
  })
  app.addHook('onRequest', protect(authenticated()).onRequest)
  deferContinue(app.server)
  return app
}

export function buildSecureApp(guard: Guard) {
  const app = Fastify({ http2: true, https: {} })
  app.get('/data', protectWith(guard)(authenticated()), async (request) => ({ hello: principalOf(request).subject }))
  return app
}

export const options = (guard: Guard): RouteShorthandOptions => protectWith(guard)(authenticated())
export const secure = deferContinue(createSecureServer())

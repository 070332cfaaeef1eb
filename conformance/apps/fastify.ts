import Fastify from 'fastify'
import { accessOf, protectWith, serveMetadata } from 'countersign/fastify'
import { deferContinue } from 'countersign/node'
import { encode, PUBLIC_CACHE, served, type AdapterUnderTest } from '../application.ts'

export const fastify: AdapterUnderTest = {
  name: 'fastify',
  async serve(guard, routes, { before, resources } = {}) {
    const app = Fastify()
    const protect = protectWith(guard)
    deferContinue(app.server)
    if (resources !== undefined) app.addHook('onRequest', serveMetadata(...resources))
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    if (before === 'public-cache') app.addHook('onRequest', async (_request, reply) => void reply.headers(PUBLIC_CACHE))
    for (const { method, path, requirement, reply } of routes) {
      const options = requirement === undefined ? {} : protect(requirement)
      app[method === '*' ? 'all' : 'get']<{ Params: Record<string, string> }>(path, options, async (request, response) => {
        const access = requirement && accessOf(request)
        const { status, text, headers } = encode(reply(access, request.params, typeof request.body === 'string' ? request.body : ''))
        return response.code(status).headers(headers).send(text)
      })
    }
    await app.listen({ port: 0, host: '127.0.0.1' })
    return { ...served(app.server), close: () => app.close() }
  },
}

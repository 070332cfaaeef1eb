import express4module from 'express4'
import express5module, { type RequestHandler } from 'express'
import { createServer } from 'node:http'
import { accessOf, protectWith, serveMetadata } from 'countersign/express'
import { deferContinue } from 'countersign/node'
import { encode, listen, PUBLIC_CACHE, type AdapterUnderTest, type Route } from '../application.ts'

export const express: AdapterUnderTest = {
  name: 'express',
  serve: serveWith(express5module),
}

export const express4: AdapterUnderTest = {
  name: 'express4',
  serve: serveWith(express4module),
}

function serveWith(framework: typeof express5module): AdapterUnderTest['serve'] {
  return (guard, routes, { before, resources } = {}) => {
    const app = framework()
    const protect = protectWith(guard)
    // Otherwise Express prints what handlers throw.
    app.set('env', 'test')
    if (resources !== undefined) app.use(serveMetadata(...resources))
    if (before === 'public-cache') {
      app.use((_req, res, next) => {
        res.set(PUBLIC_CACHE)
        next()
      })
    }
    for (const route of routes) {
      const handlers = [framework.text({ type: () => true }), handlerOf(route)]
      if (route.requirement !== undefined) handlers.unshift(protect(route.requirement))
      if (route.method === '*') app.all(route.path, ...handlers)
      else app.get(route.path, ...handlers)
    }
    return listen(deferContinue(createServer(app)))
  }
}

function handlerOf(route: Route): RequestHandler<Record<string, string>, unknown, unknown> {
  return (req, res) => {
    const access = route.requirement && accessOf(req)
    const { status, text, headers } = encode(route.reply(access, req.params, typeof req.body === 'string' ? req.body : ''))
    res.status(status).set(headers).send(text)
  }
}

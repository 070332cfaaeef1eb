import 'reflect-metadata'
import { All, Controller, Get, Module, Req, Res } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import type { Request, Response } from 'express'
import type { Allowed, Guard } from 'countersign'
import { Access, CountersignModule, Protect, serveMetadata } from 'countersign/nest'
import { deferContinue } from 'countersign/node'
import { encode, PUBLIC_CACHE, served, textOf, type AdapterUnderTest, type Route } from '../application.ts'

export const nest: AdapterUnderTest = {
  name: 'nest',
  async serve(guard, routes, { before, resources } = {}) {
    // Nest reads JSON before guards run; an application that wants to refuse first reads it later.
    const app = await NestFactory.create<NestExpressApplication>(moduleOf(guard, routes), { logger: false, abortOnError: false, bodyParser: false })
    if (resources !== undefined) app.use(serveMetadata(...resources))
    if (before === 'public-cache') {
      app.use((_req: Request, res: Response, next: () => void) => {
        res.set(PUBLIC_CACHE)
        next()
      })
    }
    deferContinue(app.getHttpServer())
    await app.listen(0, '127.0.0.1')
    return { ...served(app.getHttpServer()), close: () => app.close() }
  },
}

function moduleOf(guard: Guard, routes: readonly Route[]): new () => object {
  class Routes {}
  for (const [index, route] of routes.entries()) addRoute(Routes, `route${index}`, route)
  Controller()(Routes)
  class Application {}
  Module({ imports: [CountersignModule.forRoot({ guard })], controllers: [Routes] })(Application)
  return Application
}

/** What the decorators of a method do, for routes that are data. */
function addRoute(controller: new () => object, name: string, route: Route): void {
  const value = async (access: Allowed | undefined, req: Request<Record<string, string>>, res: Response): Promise<void> => {
    const { status, text, headers } = encode(route.reply(access, req.params, await textOf(req)))
    res.status(status).set(headers).send(text)
  }
  const descriptor: PropertyDescriptor = { value, writable: true, configurable: true }
  Object.defineProperty(controller.prototype, name, descriptor)
  const method = route.method === '*' ? All(route.path) : Get(route.path)
  method(controller.prototype, name, descriptor)
  if (route.requirement !== undefined) Protect(route.requirement)(controller.prototype, name, descriptor)
  for (const [index, argument] of [Access(), Req(), Res()].entries()) argument(controller.prototype, name, index)
}

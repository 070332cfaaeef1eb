import { createParamDecorator, Module, SetMetadata, type CanActivate, type DynamicModule, type ExecutionContext } from '@nestjs/common'
import { APP_GUARD, DiscoveryModule, DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Allowed, Requirement } from '@countersign/core'
import type { Gate, Guard, Passage } from '../guard-options.ts'
import { after } from '../settle.ts'
import { admit as admitReply, viewOf as viewOfFastify, type FastifyReplyLike, type FastifyRequestLike } from './reply.ts'
import { accessOf, grant } from './granted.ts'
import { admit } from './node-answer.ts'
import { NodeView, type RouterParams } from './node-request.ts'

export { serveMetadata } from './node-metadata.ts'

const REQUIREMENT = 'countersign:requirement'

/** What the module is made of. */
export interface CountersignModuleOptions {
  readonly guard: Guard
  /** What routes without `@Protect` ask for. Default: the guard's own `otherwise`. */
  readonly otherwise?: Requirement
}

/**
 * Sets what a route asks for; on a class, what those of its routes ask for that say nothing themselves.
 *
 * A requirement that the guard cannot meet is a `TypeError` when the application is created.
 */
export function Protect(requirement: Requirement): MethodDecorator & ClassDecorator {
  return SetMetadata(REQUIREMENT, requirement)
}

/** Gives a handler what the request was allowed: principal, facts, explanation. */
export const Access: () => ParameterDecorator = createParamDecorator((_data: unknown, context: ExecutionContext): Allowed => {
  const request: ExpressRequestLike | FastifyRequestLike = context.switchToHttp().getRequest()
  return accessOf(request.raw ?? request)
})

/**
 * Protects every route of a Nest application, on its Express and its Fastify platform.
 *
 * `forRoot` makes `NestFactory.create` reject with a `TypeError` if a requirement cannot be met. Refusals
 * are written at once and do not pass through exception filters or interceptors. Contexts other than HTTP
 * are refused. Nest reads JSON before guards run: only with `bodyParser: false` does `deferContinue` reach
 * such requests. RFC 9110 section 11.
 *
 * @example
 * import { Controller, Get, Module } from '@nestjs/common'
 * import { authenticated, type Allowed, type Guard, type Principal } from 'countersign'
 * import { Access, CountersignModule } from 'countersign/nest'
 *
 * @Controller()
 * class DataController {
 *   @Get('data')
 *   data(@Access() access: Allowed<Principal>) {
 *     return { hello: access.principal.subject }
 *   }
 * }
 *
 * export const appModule = (guard: Guard) => {
 *   @Module({ imports: [CountersignModule.forRoot({ guard, otherwise: authenticated() })], controllers: [DataController] })
 *   class AppModule {}
 *   return AppModule
 * }
 */
export class CountersignModule {
  static forRoot({ guard, otherwise = guard.otherwise }: CountersignModuleOptions): DynamicModule {
    const useFactory = (reflector: Reflector, discovery: DiscoveryService, scanner: MetadataScanner): RouteGuard => {
      const routes = new RouteGuard(guard, otherwise, reflector)
      // All gates are built now, so that mistakes show before the first request.
      routes.gateOf()
      for (const { metatype: controller } of discovery.getControllers()) {
        if (!controller) continue
        routes.gateOf(controller)
        // Only names of its methods are looked up in it.
        const methods = controller.prototype as Readonly<Record<string, Target>>
        for (const name of scanner.getAllMethodNames(methods)) routes.gateOf(methods[name] ?? controller)
      }
      return routes
    }
    return {
      module: CountersignModule,
      imports: [DiscoveryModule],
      providers: [{ provide: APP_GUARD, useFactory, inject: [Reflector, DiscoveryService, MetadataScanner] }],
    }
  }
}
// Applied as a function, so that this file needs no compiler with decorators.
Module({})(CountersignModule)

/** A class or a method, as metadata knows it. */
type Target = Parameters<Reflector['get']>[1]

class RouteGuard implements CanActivate {
  readonly #guard: Guard
  readonly #otherwise: Requirement
  readonly #reflector: Reflector
  readonly #gates = new Map<Requirement, Gate>()

  constructor(guard: Guard, otherwise: Requirement, reflector: Reflector) {
    this.#guard = guard
    this.#otherwise = otherwise
    this.#reflector = reflector
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    // Messages and sockets carry no request that could be answered.
    if (context.getType() !== 'http') return false
    const http = context.switchToHttp()
    const exchange = exchangeOf(http.getRequest(), http.getResponse())
    return after(this.gateOf(context.getHandler(), context.getClass())(exchange.view), (passage) => {
      const access = exchange.admit(passage)
      // `false` or an error would let Nest and its filters write a second answer; a promise that stays open ends
      // the request here. Each refusal has its own, as one for all would hold on to every request.
      if (access === undefined) return new Promise<boolean>(() => {})
      grant(exchange.key, access)
      return true
    })
  }

  /** The gate of the first of these that has a requirement; of `otherwise` if none has. */
  gateOf(...targets: Target[]): Gate {
    const requirement = this.#reflector.getAllAndOverride<Requirement | undefined>(REQUIREMENT, targets) ?? this.#otherwise
    const gate = this.#gates.get(requirement) ?? this.#guard.gate(requirement)
    this.#gates.set(requirement, gate)
    return gate
  }
}

/** What Express adds to the request of Node. */
type ExpressRequestLike = IncomingMessage & { readonly params?: RouterParams; readonly originalUrl?: string; readonly raw?: undefined }

interface Exchange {
  readonly view: NodeView
  readonly key: object
  admit(passage: Passage): Allowed | undefined
}

/** Fastify's request has Node's as `raw`, Express's is Node's; a platform's response goes with its request. */
function exchangeOf(request: ExpressRequestLike | FastifyRequestLike, response: ServerResponse & FastifyReplyLike): Exchange {
  if (request.raw === undefined) {
    return { view: new NodeView(request, request.params, request.originalUrl), key: request, admit: (passage) => admit(request, response, passage) }
  }
  return { view: viewOfFastify(request), key: request.raw, admit: (passage) => admitReply(request, response, passage) }
}

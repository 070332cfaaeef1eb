import type { AdapterUnderTest } from './application.ts'
import { express, express4 } from './apps/express.ts'
import { fastify } from './apps/fastify.ts'
import { fetch } from './apps/fetch.ts'
import { hono } from './apps/hono.ts'
import { koa } from './apps/koa.ts'
import { nest } from './apps/nest.ts'
import { node } from './apps/node.ts'

export type { AdapterUnderTest, Reply, Route, Served } from './application.ts'

/** Every adapter, each with the application that a user of its framework would build. */
export const ADAPTERS: readonly AdapterUnderTest[] = [node, fetch, express, express4, fastify, hono, koa, nest]

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkLayers } from './check-layers.ts'
import { problemsOf } from './finish.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'layers-'))
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

function plant(files: Readonly<Record<string, string | object>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
}

const CLEAN = {
  'package.json': { name: 'root', devDependencies: { vitest: '1' } },
  'packages/core/package.json': { name: '@countersign/core' },
  'packages/core/src/grammar.ts': `// 401, fetch and Date.now() in a comment are fine
export const isToken = (text: string): boolean => Math.max(text.length, 0) > 0`,
  'packages/core/src/decision.ts': `import type { Requirement } from './requirement.ts'\nexport interface Decision { readonly of: Requirement; readonly fetch: string }`,
  'packages/core/src/requirement.ts': `import { isToken } from './grammar.ts'\nimport type { Decision } from './decision.ts'\nexport type Requirement = Decision | typeof isToken`,
  'packages/core/src/answer.ts': `import type { Decision } from './decision.ts'\nexport const STATUS = { challenge: 401, forbid: 403 }\nexport type D = Decision`,
  'packages/core/src/answer.test.ts': `import { expect } from 'vitest'\nimport { STATUS } from './answer.ts'\nexpect(STATUS).toEqual({ challenge: 401, now: Date.now() })`,
  'packages/guard/package.json': {
    name: 'countersign',
    dependencies: { '@countersign/core': '1', jose: '1' },
    peerDependencies: { hono: '1', '@nestjs/common': '1', '@types/express': '1' },
  },
  'packages/guard/src/guard.ts': `import { isToken } from '@countersign/core'\nimport { jwtVerify } from 'jose'\nimport { createHash } from 'node:crypto'\nexport { isToken, jwtVerify, createHash }`,
  'packages/guard/src/adapters/node.ts': `export * from '../guard.ts'`,
  'packages/guard/src/adapters/express.ts': `import type { Request } from 'express'\nexport * from './node.ts'\nexport type R = Request`,
  'packages/guard/src/adapters/nest.ts': `import { Injectable } from '@nestjs/common'\nimport './node-body.ts'\nexport { Injectable }`,
  'packages/guard/src/adapters/node-body.ts': `export {}`,
  'examples/one/package.json': { name: 'example-one', dependencies: { countersign: '1' } },
  'examples/one/src/main.ts': `import * as all from 'countersign'\nexport { all }`,
}

function problemsWith(files: Readonly<Record<string, string | object>>): string[] {
  plant({ ...CLEAN, ...files })
  return problemsOf(checkLayers(root))
}

test('a clean tree passes, and says how much was read', () => {
  plant(CLEAN)
  const finding = checkLayers(root)
  expect(problemsOf(finding)).toEqual([])
  expect(finding.looked['files']).toBe(11)
  expect(finding.looked['imports']).toBeGreaterThan(12)
})

test('an empty tree fails', () => {
  expect(problemsOf(checkLayers(root))).toHaveLength(3)
})

test('a package without sources fails', () => {
  expect(problemsWith({ 'packages/client/package.json': { name: '@countersign/client' } })).toEqual(['packages/client: no source files below src'])
})

test('a file that does not parse fails', () => {
  expect(problemsWith({ 'packages/guard/src/broken.ts': 'import { from' })[0]).toMatch(/^packages\/guard\/src\/broken.ts: does not parse/)
})

const AUDIT = { name: '@countersign/audit', dependencies: { countersign: '1' } }
const CLIENT = { name: '@countersign/client', dependencies: { '@countersign/core': '1', jose: '1' } }
const STORE = { name: '@countersign/store-redis', dependencies: { '@countersign/core': '1' } }

describe('each planted violation is reported', () => {
  test.each<[string, string, string, RegExp]>([
    ['core imports node:', 'packages/core/src/read.ts', `import 'node:fs'`, /core must not import `node:fs`/],
    ['core imports npm', 'packages/core/src/read.ts', `export * from 'jose'`, /`jose` is not listed/],
    ['core imports a package by type', 'packages/core/src/read.ts', `export type A = import('jose').JWK`, /`jose` is not listed/],
    ['core loads dynamically', 'packages/core/src/read.ts', `export const a = () => import('node:fs')`, /core must not import `node:fs`/],
    ['core requires', 'packages/core/src/read.ts', `export const a = createRequire(0); require('node:fs')`, /core must not import `node:fs`/],
    ['core imports something computed', 'packages/core/src/read.ts', `export const a = (n: string) => import(n)`, /computed/],
    [
      'core goes back in its order',
      'packages/core/src/grammar.ts',
      `import type { D } from './answer.ts'\nexport type E = D`,
      /`grammar` must not import `answer`/,
    ],
    ['core re-exports against its order', 'packages/core/src/scheme.ts', `export { STATUS } from './answer.ts'`, /`scheme` must not import `answer`/],
    [
      'the type cycle with a value',
      'packages/core/src/decision.ts',
      `import { r } from './requirement.ts'\nexport { r }`,
      /`decision` must not import `requirement`/,
    ],
    [
      'the type cycle with an inline type, which still runs',
      'packages/core/src/decision.ts',
      `import { type R } from './requirement.ts'\nexport type S = R`,
      /must not import/,
    ],
    ['core has an unknown module', 'packages/core/src/clever.ts', `export {}`, /not in the order/],
    ['core fetches', 'packages/core/src/read.ts', `export const a = () => fetch('x')`, /core must not use `fetch`/],
    ['core reads the clock', 'packages/core/src/read.ts', `export const now = Date.now()`, /core must not use `Date`/],
    ['core throws dice', 'packages/core/src/read.ts', `export const a = Math.random()`, /core must not use `Math.random`/],
    ['core throws dice in disguise', 'packages/core/src/read.ts', `const { random } = Math\nexport { random }`, /core must not use `Math.random`/],
    ['core uses crypto', 'packages/core/src/read.ts', `export const a = crypto.randomUUID()`, /core must not use `crypto`/],
    ['core uses process', 'packages/core/src/read.ts', `export const a = process.env`, /core must not use `process`/],
    ['core sets a timer', 'packages/core/src/read.ts', `setTimeout(() => {}, 1)`, /core must not use `setTimeout`/],
    ['core prints', 'packages/core/src/read.ts', `console.log(1)`, /core must not use `console`/],
    ['core passes the console on', 'packages/core/src/read.ts', `export const a = { console }`, /core must not use `console`/],
    ['core uses globalThis', 'packages/core/src/read.ts', `export const a = globalThis as { fetch: unknown }`, /core must not use `globalThis`/],
    ['core measures', 'packages/core/src/read.ts', `export const a = performance.now()`, /core must not use `performance`/],
    ['a status outside answer.ts', 'packages/guard/src/guard.ts', `export const a = 401`, /names the status 401/],
    ['a status in hexadecimal', 'packages/guard/src/guard.ts', `export const a = 0x193`, /names the status 403/],
    ['a status in a string', 'packages/guard/src/guard.ts', 'export const a = `HTTP/1.1 407 `', /names the status 407/],
    ['a status in a type', 'packages/guard/src/guard.ts', `export type A = 403`, /names the status 403/],
    [
      'guard imports a framework outside adapters',
      'packages/guard/src/guard.ts',
      `import type { Hono } from 'hono'\nexport type A = Hono`,
      /guard must not import `hono` here/,
    ],
    ['an adapter imports values', 'packages/guard/src/adapters/hono.ts', `import { Hono } from 'hono'\nexport { Hono }`, /types of `hono` only/],
    [
      'an adapter imports inline types, which still runs',
      'packages/guard/src/adapters/hono.ts',
      `import { type Hono } from 'hono'\nexport type A = Hono`,
      /types of `hono` only/,
    ],
    [
      'an adapter imports a foreign framework',
      'packages/guard/src/adapters/koa.ts',
      `import type { Hono } from 'hono'\nexport type A = Hono`,
      /guard must not import `hono` here/,
    ],
    [
      'an adapter imports another adapter',
      'packages/guard/src/adapters/koa.ts',
      `export * from './express.ts'`,
      /adapter `koa` must not import adapter `express`/,
    ],
    [
      'a shared file imports an adapter',
      'packages/guard/src/adapters/shared.ts',
      `export * from './express.ts'`,
      /adapter `shared` must not import adapter `express`/,
    ],
    [
      'a shared file imports a framework',
      'packages/guard/src/adapters/shared.ts',
      `import type { Hono } from 'hono'\nexport type A = Hono`,
      /guard must not import `hono` here/,
    ],
    ['guard imports what it does not list', 'packages/guard/src/guard.ts', `import 'undici'`, /`undici` is not listed/],
    ['an unknown #import', 'packages/guard/src/guard.ts', `import '#platform'`, /no entry of `imports`/],
    ['a package is reached by path', 'packages/guard/src/guard.ts', `export * from '../../core/src/answer.ts'`, /by path/],
    ['a package leaves its folder', 'packages/guard/src/guard.ts', `export * from '../../../tools/x.ts'`, /leaves its package/],
    ['an example imports cli', 'examples/one/src/main.ts', `import '@countersign/cli'`, /nobody may import/],
    ['an example imports what it does not list', 'examples/one/src/main.ts', `import 'express'`, /not listed in examples\/one/],
    ['bench imports console', 'bench/run.mjs', `await import('@countersign/console')`, /nobody may import/],
    ['conformance reaches into a package', 'conformance/report.ts', `export * from '../packages/core/src/answer.ts'`, /by path/],
  ])('%s', (_, path, content, expected) => {
    const problems = problemsWith({ [path]: content })
    expect(problems.filter((problem) => expected.test(problem) && problem.startsWith(path))).toHaveLength(1)
  })

  test('audit imports the guard', () => {
    const problems = problemsWith({
      'packages/audit/package.json': AUDIT,
      'packages/audit/src/index.ts': `import type { G } from 'countersign'\nexport type H = G`,
    })
    expect(problems).toEqual(['packages/audit/src/index.ts:1: audit must never import `countersign`'])
  })

  test('client imports jose and node:', () => {
    const problems = problemsWith({ 'packages/client/package.json': CLIENT, 'packages/client/src/index.ts': `import 'jose'\nimport 'node:http'` })
    expect(problems).toHaveLength(2)
  })

  test('client imports the engine of OAuth and node: outside the folders that may', () => {
    const manifest = { ...CLIENT, peerDependencies: { oauth4webapi: '1' } }
    const code = `import 'oauth4webapi'\nimport 'node:process'`
    const files = ['index', 'oauth/flow', 'node/environment'].map((name) => [`packages/client/src/${name}.ts`, code])
    expect(problemsWith({ 'packages/client/package.json': manifest, ...Object.fromEntries(files) })).toEqual([
      'packages/client/src/index.ts:1: client must not import `oauth4webapi`',
      'packages/client/src/index.ts:2: client must not import `node:process`',
      'packages/client/src/node/environment.ts:1: client must not import `oauth4webapi`',
      'packages/client/src/oauth/flow.ts:2: client must not import `node:process`',
    ])
  })

  test('a store imports values of core', () => {
    const problems = problemsWith({
      'packages/store-redis/package.json': STORE,
      'packages/store-redis/src/index.ts': `import { judge } from '@countersign/core'\nexport { judge }`,
    })
    expect(problems).toEqual(['packages/store-redis/src/index.ts:1: store-redis may import types of `@countersign/core` only; write `import type`'])
  })

  test('a package that the table does not know', () => {
    const problems = problemsWith({ 'packages/extra/package.json': { name: '@countersign/extra' }, 'packages/extra/src/index.ts': `import 'node:fs'` })
    expect(problems[0]).toMatch(/no line in tools\/layers.ts/)
  })
})

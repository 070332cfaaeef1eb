import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url))
const LONG = Array.from({ length: 45 }, (_, index) => `  console.log(${index})`).join('\n')

// One violation a file, so that one cannot hide another.
const PLANTED: Readonly<Record<string, readonly [code: string, rule: string]>> = {
  'packages/guard/src/floating.ts': [`export function f(): void {\n  Promise.resolve(1)\n}`, 'no-floating-promises'],
  'packages/guard/src/misused.ts': [`export const f = (p: Promise<boolean>): number => (p ? 1 : 2)`, 'no-misused-promises'],
  'packages/guard/src/any.ts': [`export const f = (value: any): void => void value`, 'no-explicit-any'],
  'packages/guard/src/params.ts': [`export const f = (a: number, b: number, c: number, d: number): number => a + b + c + d`, 'max-params'],
  'tools/long.ts': [`export function f(): void {\n${LONG}\n}`, 'max-lines-per-function'],
  'packages/guard/src/default.ts': [`export default 1`, 'no-default-export'],
  'packages/guard/src/express.ts': [`import type { Request } from 'express'\nexport type A = Request`, 'no-restricted-imports'],
  'packages/core/src/jose.ts': [`export * from 'jose'`, 'no-restricted-imports'],
  'packages/core/src/clock.ts': [`export const now = Date.now()`, 'no-restricted-globals'],
  'packages/client/src/index.ts': [`import 'node:fs'`, 'no-restricted-imports'],
  'packages/openapi/src/index.ts': [`export * from 'countersign'`, 'no-restricted-imports'],
  'packages/openapi/src/more.ts': [`export * from 'countersign/express'`, 'no-restricted-imports'],
  'packages/cedar/src/index.ts': [`export * from '@countersign/gateway'`, 'no-restricted-imports'],
  'packages/guard/src/client.ts': [`export * from '@countersign/client'`, 'no-restricted-imports'],
  'packages/client/src/jose.ts': [`export * from 'jose'`, 'no-restricted-imports'],
  'packages/audit/src/index.ts': [`export * from 'countersign'`, 'no-restricted-imports'],
  'packages/gateway/src/index.ts': [`export * from '@countersign/cli'`, 'no-restricted-imports'],
}

let root = ''
let found: readonly { readonly filename: string; readonly code: string }[] = []
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'lint-'))
  cpSync(join(REPOSITORY, '.oxlintrc.json'), join(root, '.oxlintrc.json'))
  plant(
    'tsconfig.json',
    JSON.stringify({ compilerOptions: { strict: true, target: 'es2023', module: 'esnext', moduleResolution: 'bundler' }, include: ['**/*.ts'] }),
  )
  for (const [path, [code]] of Object.entries(PLANTED)) plant(path, code)
  plant(
    'packages/guard/src/good.ts',
    `import { judge } from '@countersign/core'\nimport { createHash } from 'node:crypto'\nimport { jwtVerify } from 'jose'\nimport { x } from './floating.ts'\nimport { y } from '#platform'\nexport { createHash, judge, jwtVerify, x, y }\n`,
  )
  plant('packages/client/src/good.ts', `import { judge } from '@countersign/core'\nexport { judge }\nexport * from './more/deep.ts'\n`)
  plant('packages/audit/src/good.ts', `export * from '@countersign/openapi'\nexport * from '../src/x.ts'\n`)
  const args = [join(REPOSITORY, 'node_modules/oxlint/bin/oxlint'), '--type-aware', '--format', 'json', '--config', join(root, '.oxlintrc.json'), root]
  const run = spawnSync(process.execPath, args, { cwd: REPOSITORY, encoding: 'utf8' })
  found = (JSON.parse(run.stdout) as { diagnostics: typeof found }).diagnostics
})
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

function plant(path: string, code: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), code)
}

const rulesOf = (path: string): string[] => found.filter(({ filename }) => filename.endsWith(path)).map(({ code }) => code)

test.each(Object.entries(PLANTED))('%s is reported', (path, [, rule]) => {
  expect(rulesOf(path)).toContainEqual(expect.stringContaining(`(${rule})`))
})

test.each(['packages/guard/src/good.ts', 'packages/client/src/good.ts', 'packages/audit/src/good.ts'])('%s is not reported', (path) => {
  expect(rulesOf(path)).toEqual([])
})

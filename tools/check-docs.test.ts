import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { checkDocs } from './check-docs.ts'
import { problemsOf } from './finish.ts'

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url))
const CORE = { name: '@countersign/core', type: 'module', exports: { '.': { source: './src/index.ts' }, './fields': { source: './src/index.ts' } } }
const SOURCE = `/**
 * Doubles.
 *
 * @example
 * import { twice } from '@countersign/core'
 *
 * const four: number = twice(2)
 */
export function twice(value: number): number {
  return value * 2
}
`

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'docs-'))
  cpSync(join(REPOSITORY, 'tsconfig.base.json'), join(root, 'tsconfig.base.json'))
  mkdirSync(join(root, 'node_modules/@countersign'), { recursive: true })
  for (const name of ['typescript', '@typescript', '@types']) symlinkSync(join(REPOSITORY, 'node_modules', name), join(root, 'node_modules', name))
  symlinkSync(join(root, 'packages/core'), join(root, 'node_modules/@countersign/core'))
  plant('package.json', '{ "type": "module" }')
  plant('packages/core/package.json', JSON.stringify(CORE))
  plant('packages/core/src/index.ts', SOURCE)
  vi.spyOn(console, 'log').mockImplementation(() => undefined)
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(root, { recursive: true, force: true })
})

function plant(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

const problems = (): string[] => problemsOf(checkDocs(root))
const block = (code: string, info = 'ts'): string => `# Title\n\n\`\`\`${info}\n${code}\n\`\`\`\n`

test('good snippets, links and fixtures pass', () => {
  plant('docs/fixtures/orders.ts', 'export const orders: readonly string[] = []')
  plant(
    'README.md',
    `${block(`import { twice } from '@countersign/core'\nimport { orders } from './orders.js'\nconst n: number = twice(orders.length)`)}[x](docs/page.md#a-heading) [y](#title)`,
  )
  plant('docs/page.md', '## A heading\n')
  expect(problems()).toEqual([])
})

test('a wrong snippet is reported at its line of the document', () => {
  plant('README.md', block(`import { twice } from '@countersign/core'\nconst n: string = twice(2)`))
  expect(problems()).toEqual([expect.stringMatching(/^README\.md:5: error TS2322/)])
})

test('a wrong @example is reported at its line of the source', () => {
  plant('README.md', '# Title\n')
  plant('packages/core/src/index.ts', SOURCE.replace('four: number', 'four: string'))
  expect(problems()).toEqual([expect.stringMatching(/^packages\/core\/src\/index\.ts:7: error TS2322/)])
})

test('an import path that is not exported is reported, in code and in text', () => {
  plant(
    'README.md',
    `${block(`import '@countersign/core/secret'`, 'ts no-check shows what fails')}See \`@countersign/core/hidden\` and \`@countersign/core/fields\`.`,
  )
  expect(problems()).toEqual([
    'README.md:4: `@countersign/core/secret` is not exported by any package',
    'README.md: `@countersign/core/hidden` is not exported by any package',
  ])
})

test('no-check without a reason, blocks of JavaScript and dead links are reported', () => {
  plant('README.md', `${block('const = 1', 'ts no-check')}${block('const a = 1', 'js')}[gone](docs/gone.md) [anchor](#nowhere)`)
  expect(problems()).toHaveLength(4)
})

test('documentation without any snippet fails', () => {
  plant('README.md', '# Title\n')
  plant('packages/core/src/index.ts', 'export const a = 1\n')
  expect(problems()).toEqual(['found no snippets; a check that looks at nothing proves nothing'])
})

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { api, withFolder, HEAD, LEAST, load, SCHEMES, told } from './folder.ts'

const MOST_SECONDS = 5

/** Counts the time of this process alone, so that nothing else on the machine makes it late. */
async function timed<T>(run: () => Promise<T>): Promise<T> {
  const start = process.cpuUsage()
  const result = await run()
  const { user, system } = process.cpuUsage(start)
  expect((user + system) / 1e6).toBeLessThan(MOST_SECONDS)
  return result
}

const PROBLEMS: readonly (readonly [name: string, problem: string])[] = [
  ['.', 'is a folder'],
  ['missing', 'does not exist'],
  ['large/x', 'does not exist'],
  ['pipe', 'is no regular file'],
  ['large', 'is larger than 1048576 bytes'],
]

describe('a file that is no configuration', () => {
  it.each([
    ['empty', '', 'empty-file 1:1'],
    ['nothing but a comment', '# later\n', 'empty-file 1:1'],
    ['null', 'null\n', 'empty-file 1:1'],
    ['a text', 'version 1\n', 'wrong-type 1:1'],
    ['a list', '- version: 1\n', 'wrong-type 1:1'],
    ['UTF-16', Buffer.from('version: 1\n', 'utf16le'), 'no-text 1:1'],
    ['bytes that are no UTF-8', Buffer.from([0x76, 0xff, 0xfe, 0x0a]), 'no-text 1:1'],
    ['binary', Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 31) % 256)), 'no-text 1:1'],
    ['an escape for terminals', 'version: 1\nrealm: "\u001B[2J"\n', 'no-text 1:1'],
  ])('is told: %s', async (_name, content, expected) => {
    const { config, diagnostics } = await load(content)
    expect(config).toBeUndefined()
    expect(told(diagnostics)).toEqual([`error ${expected}`])
  })

  it('is a folder, is missing, is a pipe, or is too large', async () => {
    await withFolder({ large: 'x'.repeat(1_048_577) }, async (folder) => {
      await promisify(execFile)('mkfifo', [join(folder, 'pipe')])
      for (const [name, problem] of PROBLEMS) {
        const { config, diagnostics, files } = await loadConfig(join(folder, name))
        expect(config).toBeUndefined()
        expect(diagnostics).toMatchObject([{ code: 'unreadable-file', message: `the configuration ${problem}`, place: { line: 1, column: 1 } }])
        expect(files).toEqual([join(folder, name)])
      }
    })
  })
})

describe('a file of a megabyte', () => {
  it('loads with ten thousand routes', async () => {
    const lines = Array.from(
      { length: 10_000 },
      (_, index) => `      - { methods: GET, path: '/a${index}/{id}', owner: id, roles: [role${index}], scopes: [s] }\n`,
    )
    const text = HEAD + SCHEMES + api(`    routes:\n${lines.join('')}`)
    expect(text.length).toBeGreaterThan(700_000)
    const { config, diagnostics } = await timed(() => load(text))
    expect(diagnostics).toEqual([])
    expect(config?.apis[0]?.routes).toHaveLength(10_000)
  })

  it('is refused soon if all of it is wrong', async () => {
    const text = LEAST + Array.from({ length: 40_000 }, (_, index) => `unknown${index}: 1\n`).join('')
    const { diagnostics } = await timed(() => load(text))
    expect(diagnostics).toHaveLength(101)
  })

  it('may be one line', async () => {
    const { diagnostics } = await timed(() => load(`{ ${'x'.repeat(1_000_000)}: 1 }`))
    expect(diagnostics.length).toBeGreaterThan(0)
    for (const { message, excerpt = '' } of diagnostics) expect(message.length + excerpt.length).toBeLessThan(1000)
  })
})

const LAUGHS = `a: &a [x, x, x, x, x, x, x, x, x, x]\n${'bcdefghij'
  .split('')
  .map((name, index) => `${name}: &${name} [${`*${'abcdefghi'[index]},`.repeat(10)}]\n`)
  .join('')}`

const DEEP: readonly (readonly [name: string, text: string, expected: string])[] = [
  ['a billion laughs', LAUGHS, 'too-many-values'],
  ['an alias of what it stands in', 'a: &a [*a, *a, *a]\n', 'too-deep'],
  ['brackets', '['.repeat(1_000_000), 'too-deep'],
  ['braces', '{a: '.repeat(200_000), 'too-deep'],
  // This ends the process if the parser sees it.
  ['dashes', '- '.repeat(400_000), 'too-deep'],
  ['dashes behind a key', `a: ${'- '.repeat(400_000)}`, 'too-deep'],
  ['question marks', '? '.repeat(400_000), 'too-deep'],
  ['keys in one line', 'a: '.repeat(300_000), 'too-deep'],
  ['indentation', Array.from({ length: 500 }, (_, index) => `${' '.repeat(index)}a:\n`).join(''), 'too-deep'],
]

describe('a file that nests without end', () => {
  it.each(DEEP)('is refused soon: %s', async (_name, text, expected) => {
    const { config, diagnostics } = await timed(() => load(text))
    expect(config).toBeUndefined()
    expect(diagnostics.map(({ code }) => code)).toEqual([expected])
  })
})

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HEAD, APIS, LEAST, load, SCHEMES, told } from './folder.ts'

async function realm(written: string, environment: Readonly<Record<string, string>> = {}) {
  const { config, diagnostics } = await load(`version: 1\nrealm: ${written}\n${SCHEMES}${APIS}`, { environment })
  return config?.realm ?? told(diagnostics)
}

const CASES: readonly (readonly [written: string, environment: Readonly<Record<string, string>>, expected: string])[] = [
  ['${A}', { A: 'x' }, 'x'],
  ['a-${A}-${B}', { A: '1', B: '2' }, 'a-1-2'],
  ['${A:-y}', {}, 'y'],
  ['${A:-y}', { A: '' }, 'y'],
  ['${A:-y}', { A: 'x' }, 'x'],
  ['${A:-a:-b}', {}, 'a:-b'],
  ["'$${A}'", { A: 'x' }, '${A}'],
  ["'$$${A}'", { A: 'x' }, '$${A}'],
  ['$A', { A: 'x' }, '$A'],
  // What is filled in is not filled in again.
  ['${A}', { A: '${B}', B: 'x' }, '${B}'],
]

describe('a variable', () => {
  it.each(CASES)('%s with %o gives %s', async (written, environment, expected) => {
    expect(await realm(written, environment)).toBe(expected)
  })

  it('that is missing is told where it stands in the text, once each', async () => {
    expect(await realm('a-${A}-${B:-b}-${C}')).toEqual(['error missing-variable 2:10', 'error missing-variable 2:23'])
  })

  it.each(['${}', '${1A}', '${A B}', '${A', '${A:-${B}}', '${A:+b}'])('that is malformed is told: %s', async (written) => {
    expect(await realm(`'${written}'`, { A: 'x', B: 'y' })).toEqual(['error malformed-variable 2:9'])
  })

  it('does not come from the prototype of the environment', async () => {
    expect(await realm('${constructor}')).toEqual(['error missing-variable 2:8'])
  })

  it('is no key and no comment', async () => {
    const { diagnostics } = await load(`${LEAST}# \${NO_SUCH}\npersonas: { '\${NO_SUCH}': {} }\n`)
    expect(diagnostics).toEqual([])
  })

  it('may be a number, a truth or a choice', async () => {
    const text = `${LEAST}listen: { port: '\${PORT}' }\nlog:\n  level: \${LEVEL}\n  sampleAllowed: \${SAMPLE}\nnetwork: { requireTls: '\${TLS}', trustedProxies: [10.0.0.1] }\n`
    const { config } = await load(text, { environment: { PORT: '1234', LEVEL: 'warn', SAMPLE: '0.5', TLS: 'true' } })
    expect(config).toMatchObject({ listen: { port: 1234 }, log: { level: 'warn', sampleAllowed: 0.5 }, network: { requireTls: true } })
  })
})

const KEY = 'k'.repeat(32)
const STORE = `${LEAST}store:\n  digestKey: \${KEY}\n`

describe('NAME_FILE', () => {
  it('stands in for a variable, without the newline at its end', async () => {
    const { config, files, folder } = await load(STORE, { files: { secret: `${KEY}\r\n` }, environment: { KEY_FILE: 'secret' } })
    expect(config?.store.digestKey).toBe(KEY)
    expect(files).toContain(join(folder, 'secret'))
  })

  it('comes after the variable, and before the default', async () => {
    const both = await load(STORE, { files: { secret: 'q'.repeat(32) }, environment: { KEY, KEY_FILE: 'secret' } })
    expect(both.config?.store.digestKey).toBe(KEY)
    const withDefault = await load(STORE.replace('${KEY}', '${KEY:-other}'), { files: { secret: KEY }, environment: { KEY_FILE: 'secret' } })
    expect(withDefault.config?.store.digestKey).toBe(KEY)
  })

  it.each([
    ['does not exist', 'missing'],
    ['is a folder', '.'],
    ['is larger than 65536 bytes', 'large'],
  ])('that %s is told at the variable', async (problem, name) => {
    const { config, diagnostics } = await load(STORE, { files: { large: 'x'.repeat(65_537) }, environment: { KEY_FILE: name } })
    expect(config).toBeUndefined()
    expect(told(diagnostics)).toEqual(['error unreadable-file 7:14'])
    expect(diagnostics[0]?.message).toBe(`the file that \`KEY_FILE\` names ${problem}`)
  })
})

describe('a member with File at its end', () => {
  it('is empty, too short or too large: told at the member, and only there', async () => {
    for (const content of ['', 'short\n', 'x'.repeat(70_000)]) {
      const { diagnostics } = await load(`${LEAST}store: { digestKeyFile: key }\n`, { files: { key: content } })
      expect(diagnostics.map(({ place }) => `${place.line}:${place.column}`)).toEqual(['6:25'])
    }
  })

  it('could not break the line of a field', async () => {
    const text = `${HEAD}${SCHEMES}apis:\n  - { name: a, upstream: { url: 'http://127.0.0.1', authorizationFile: it }, routes: [{ path: / }] }\n`
    const { diagnostics } = await load(text, { files: { it: 'Bearer abc\r\nX-Other: 1' } })
    expect(told(diagnostics)).toEqual(['error wrong-secret 5:72'])
  })
})

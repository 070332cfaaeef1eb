import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { auditFile } from '../../src/config/file.ts'
import { loadAuditConfig } from '../../src/config/load.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-audit-config-'))
})
afterAll(() => rm(folder, { recursive: true }))

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
const EXAMPLE = /```yaml\n([^]*?)```/.exec(readme)?.[1] ?? ''

async function load(text: string | Buffer) {
  const file = join(folder, 'audit.yaml')
  await writeFile(file, text)
  return loadAuditConfig(file)
}

/** `line:column message; hint`, a line each. */
async function mistakesIn(text: string | Buffer): Promise<readonly string[]> {
  const { diagnostics } = await load(text)
  return diagnostics.map(({ message, hint, place }) => `${place.line}:${place.column} ${message}; ${hint}`)
}

const HEAD = 'version: 1\ntarget: http://127.0.0.1:3000\nopenapi: a.yaml\n'
const LEAST = `${HEAD}personas:\n  alice: { bearer: { env: ALICE } }\n`

test('the example of the README is read', async () => {
  const { config, diagnostics } = await load(EXAMPLE)
  expect(diagnostics).toEqual([])
  expect(config?.personas.map(({ name, subject, credentials }) => [name, subject, credentials.type])).toEqual([
    ['alice', 'alice', 'login'],
    ['bob', 'bob', 'bearer'],
    ['olga', 'olga@shop.example', 'oauth'],
    ['kiosk', 'kiosk', 'apiKey'],
  ])
  expect(config?.resources).toEqual([
    {
      item: '/orders/{id}',
      owner: ['customer'],
      shared: false,
      readers: ['support'],
      editors: ['admin'],
      objects: { alice: [{ id: 'order-1' }], bob: [{ id: 'order-2' }] },
    },
  ])
  expect(config?.accepted).toEqual([
    { check: 'CHAL-MISSING', operation: '*', owner: 'platform team', reason: 'the web shop reads the status alone', until: '2027-01-31' },
  ])
  expect(config?.openapi).toBe(join(folder, 'openapi.yaml'))
})

test('what nobody writes has a careful value', async () => {
  const { config } = await load(LEAST)
  expect(config).toEqual({
    target: 'http://127.0.0.1:3000',
    openapi: join(folder, 'a.yaml'),
    personas: [
      { name: 'alice', subject: 'alice', roles: [], scopes: [], machine: false, caretaker: false, credentials: { type: 'bearer', token: { env: 'ALICE' } } },
    ],
    resources: [],
    public: [],
    neverTouch: [],
    accepted: [],
    mode: 'safe',
    rate: 5,
    parallel: 2,
    maxRequests: 2000,
    timeLimit: 10,
    failOn: { level: 'strong', severity: 'medium' },
    privateMembers: [],
    origins: [],
    tokens: [],
  })
})

test('numbers in paths are texts, and the content of an object is any JSON', async () => {
  const { config } = await load(`${LEAST}resources: { item: '/o/{id}', objects: { alice: { id: 7 } }, create: { a: [1, null, { b: yes }] } }\n`)
  expect(config?.resources).toEqual([
    { item: '/o/{id}', owner: [], shared: false, readers: [], editors: [], objects: { alice: [{ id: '7' }] }, create: { a: [1, null, { b: 'yes' }] } },
  ])
})

describe('mistakes', () => {
  test.each([
    [
      'nothing at all',
      '',
      [
        '1:1 the file is empty; pass a map with `version`, `target`, `openapi`, `personas`, `resources`, `public`, `neverTouch`, `profile`, `accepted`, `mode`, `rate`, `parallel`, `maxRequests`, `timeLimit`, `failOn`, `privateMembers`, `origins`, `tokens`, `behind`',
      ],
    ],
    ['a name with a letter too few', `${LEAST}prallel: 2\n`, ['6:1 unknown key `prallel`; did you mean `parallel`?']],
    [
      'what is missing',
      'version: 1\n',
      ['1:1 the file has no `target`; add `target:`', '1:1 the file has no `openapi`; add `openapi:`', '1:1 the file has no `personas`; add `personas:`'],
    ],
    [
      'several at once',
      `${LEAST}mode: save\nrate: fast\nfailOn: { level: sure }\n`,
      [
        '6:7 `mode` is `save`; pass `safe`, if that was meant',
        '7:7 `rate` is `fast`; pass a number from 0 to 10000',
        '8:18 `failOn.level` is `sure`; pass `proven`, `strong`, `suspected`',
      ],
    ],
    [
      'no credentials',
      `${HEAD}personas:\n  alice: { roles: [a] }\n`,
      ['5:10 `personas.alice` has no credentials; pass one of `bearer`, `basic`, `apiKey`, `cookie`, `login`, `oauth`, `dpop`, `certificate`'],
    ],
    [
      'two sources',
      `${HEAD}personas:\n  alice: { bearer: { env: A }, cookie: { name: a, value: { env: A } } }\n`,
      ['5:10 `personas.alice` has 2 sources of credentials; pass one of `bearer`, `basic`, `apiKey`, `cookie`, `login`, `oauth`, `dpop`, `certificate`'],
    ],
    [
      'a persona named nobody',
      `${HEAD}personas:\n  nobody: { bearer: { env: A } }\n`,
      ['5:3 `nobody` is not accepted as a name; pass letters, digits, `_`, `.` and `-`; `nobody` is always there'],
    ],
    [
      'an owner who is no persona',
      `${LEAST}resources:\n  - { item: '/o/{id}', objects: { alcie: [{ id: 1 }] } }\n`,
      ['7:35 there is no persona `alcie`; did you mean `alice`?'],
    ],
    [
      'a grant without its password',
      `${HEAD}personas:\n  a: { oauth: { grant: password, tokenEndpoint: 'https://i.example/t', clientId: c, user: a } }\n`,
      ['5:15 `personas.a.oauth` has no `password`; add `password:`, which the grant `password` needs'],
    ],
    [
      'a target with a query',
      LEAST.replace(':3000', ':3000/?a'),
      ['2:9 `target` is `http://127.0.0.1:3000/?a`; pass a URL without query such as `http://127.0.0.1:3000/api`'],
    ],
    [
      'a login at another host',
      `${HEAD}personas:\n  a: { login: { path: //evil.example/login, body: {} } }\n`,
      ['5:23 `personas.a.login.path` is `//evil.example/login`; pass a path of the target such as `/login`'],
    ],
    ['a member twice', `${LEAST}rate: 1\nrate: 2\n`, ['7:1 `rate` is there twice; keep one of them']],
    ['an alias', `${LEAST}rate: *fast\n`, ['6:7 this is an alias; write the value itself, or quote a text that begins with `*`']],
  ])('%s', async (_name, text, expected) => {
    expect(await mistakesIn(text)).toEqual(expected)
  })

  test('a secret that is written out is refused and not shown', async () => {
    const text = `${HEAD}personas:\n  alice: { bearer: hunter2hunter2 }\n  bob: { basic: { user: bob, password: hunter2hunter2 } }\n`
    expect(await mistakesIn(text)).toEqual([
      '5:20 `personas.alice.bearer` is written out; pass `{ env: NAME }`, `{ file: PATH }` or `{ command: [PROGRAM, ARGUMENT] }`; secrets are never written here',
      '6:40 `personas.bob.basic.password` is written out; pass `{ env: NAME }`, `{ file: PATH }` or `{ command: [PROGRAM, ARGUMENT] }`; secrets are never written here',
    ])
    expect(JSON.stringify((await load(`${text}rate: "hunter2hunter2\n`)).diagnostics)).not.toContain('hunter2')
  })

  test.each([
    ['no text', Buffer.from([0xff, 0xfe]), 'the configuration is no text in UTF-8'],
    ['more than 1 MB', ' '.repeat(1_048_577), 'the configuration is no file of at most 1 MB'],
    ['brackets that would end the parser', '['.repeat(100_000), 'values stand far too deep in one another'],
    ['dashes that would end the parser', '- '.repeat(100_000), 'values stand far too deep in one another'],
  ])('%s', async (_name, text, message) => {
    expect((await load(text)).diagnostics.map((one) => one.message)).toEqual([message])
  })

  test('a file that is not there, and a folder', async () => {
    const missing = await loadAuditConfig(join(folder, 'none.yaml'))
    expect([missing, await loadAuditConfig(folder)].map(({ diagnostics }) => diagnostics.map(({ message }) => message))).toEqual([
      ['the configuration does not exist'],
      ['the configuration is no file of at most 1 MB'],
    ])
  })

  test('no more than fifty are told at once', async () => {
    const many = Array.from({ length: 80 }, (_, index) => `unknown${index}: 1\n`).join('')
    expect(await mistakesIn(LEAST + many)).toHaveLength(50)
  })
})

describe('the published schema', () => {
  test('is what the reader gives; otherwise: npm run build && node packages/audit/tools/generate-schemas.mjs && npm run format', async () => {
    const published = await readFile(new URL('../../schema/audit.schema.json', import.meta.url), 'utf8')
    expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(auditFile.schema)))
  })

  const validate = new Ajv({ strict: false }).compile(auditFile.schema)

  test('accepts what the reader accepts', () => {
    for (const text of [EXAMPLE, LEAST]) expect([validate(parse(text)), validate.errors]).toEqual([true, null])
  })

  test.each([
    ['an unknown key', `${LEAST}prallel: 2\n`],
    ['a secret that is written out', LEAST.replace('{ env: ALICE }', 'hunter2')],
    ['two sources', LEAST.replace('{ env: ALICE }', '{ env: A }, cookie: { name: a, value: { env: A } }')],
    ['a persona named nobody', LEAST.replace('alice', 'nobody')],
    ['no target', LEAST.replace(/target.*\n/, '')],
  ])('refuses %s', (_name, text) => {
    expect(validate(parse(text))).toBe(false)
  })
})

import { readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { fileSchema } from '../../src/config/schema/file-schema.ts'
import { starterConfig } from '../../src/config/starter.ts'
import { jsonSchemaOf } from '../../tools/json-schema.mjs'
import { api, HEAD, LEAST, routes, SCHEMES } from './folder.ts'

const PUBLISHED = new URL('../../schema/countersign.schema.json', import.meta.url)
const EXAMPLE = await readFile(new URL('example.yaml', import.meta.url), 'utf8')

const validate = new Ajv({ strict: false }).compile(jsonSchemaOf(fileSchema))
const accepts = (text: string): boolean => validate(parse(text))

describe('the published JSON Schema', () => {
  it('is what the schema gives; otherwise: npm run build && node packages/gateway/tools/generate-schema.mjs && npm run format', async () => {
    // The formatter decides where lines end.
    expect(JSON.parse(await readFile(PUBLISHED, 'utf8'))).toStrictEqual(JSON.parse(JSON.stringify(jsonSchemaOf(fileSchema))))
  })

  it('accepts the example, the least file, and what `init` writes', () => {
    for (const text of [EXAMPLE, LEAST, starterConfig({ title: 'A', openapiFile: 'a.yaml', schemes: ['bearer', 'basic', 'apiKey'] })])
      expect(accepts(text)).toBe(true)
  })

  it.each([
    ['sections without content', `${HEAD}schemes: { basic: }\n${api('    openapi: a.yaml\n    routes:\n')}limits:\nlog:\npersonas:\n`],
    ['short forms', `${LEAST}listen: 8080\nadmin: localhost:1\nshutdown: { delay: 3, drain: 500ms }\n`],
    [
      'variables where no text is meant',
      `${LEAST}listen: { port: '\${PORT}' }\nlog: { level: '\${L}', sampleAllowed: '\${S}' }\nlimits: { body: '\${B}', requestTimeout: '\${T}' }\nnetwork: { requireTls: '\${R}' }\n`,
    ],
  ])('accepts %s', (_name, text) => {
    expect(accepts(text)).toBe(true)
  })

  it.each([
    ['an unknown key', `${LEAST}limit: {}\n`],
    ['an unknown key in a section', `${LEAST}limits: { boddy: 1MB }\n`],
    ['an unknown key of a route', HEAD + SCHEMES + routes('{ metod: GET, path: / }')],
    ['another version', LEAST.replace('1', '2')],
    ['no realm', LEAST.replace('realm: orders\n', '')],
    ['no upstream', LEAST.replace("upstream: 'http://127.0.0.1:8403', ", '')],
    ['a wrong size', `${LEAST}limits: { body: lots }\n`],
    ['a port out of range', `${LEAST}listen: { port: 65536 }\n`],
    ['a scheme that there is not', HEAD + SCHEMES + routes('{ path: /, schemes: [hoba] }')],
  ])('refuses %s', (_name, text) => {
    expect(accepts(text)).toBe(false)
  })
})

interface Keywords {
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Keywords>>
  readonly items?: Keywords
  readonly additionalProperties?: boolean | Keywords
  readonly anyOf?: readonly Keywords[]
  readonly required?: readonly string[]
}

/** Every property with its path. */
function properties(schema: Keywords, path: string): readonly (readonly [path: string, property: Keywords])[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
    [`${path}.${name}`, property] as const,
    ...properties(property, `${path}.${name}`),
  ])
  const more = typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []
  return [...own, ...[...(schema.anyOf ?? []), ...(schema.items === undefined ? [] : [schema.items]), ...more].flatMap((inner) => properties(inner, path))]
}

describe('every property', () => {
  const all = properties(jsonSchemaOf(fileSchema), '')

  it('says what it is for', () => {
    expect(all.length).toBeGreaterThan(80)
    expect(all.filter(([, { description = '' }]) => !/^[A-Z`].{10,}[.`]$/.test(description)).map(([path]) => path)).toEqual([])
  })

  it('that has a default shows it', () => {
    const defaults = new Map(all.map(([path, property]) => [path, property.default]))
    for (const [path, value] of [
      ['.limits.body', '10MB'],
      ['.listen.port', 8080],
      ['.apis.upstream.forwardCredentials', false],
      ['.store.decisions', 10_000],
      ['.abuse.guessing.block', '30s'],
    ] as const)
      expect(defaults.get(path)).toBe(value)
  })
})

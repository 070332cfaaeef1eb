import { describe, expect, it } from 'vitest'
import { starterConfig } from '../../src/config/starter.ts'
import { load } from './folder.ts'

const KINDS = ['bearer', 'basic', 'apiKey'] as const

describe('starterConfig', () => {
  it.each([[], ['bearer'], ['basic'], ['apiKey'], ['bearer', 'apiKey', 'basic'], ['basic', 'basic']] as (readonly (typeof KINDS)[number][])[])(
    'loads for %j',
    async (...schemes) => {
      const { config, diagnostics } = await load(starterConfig({ title: 'Orders API', openapiFile: 'openapi.yaml', schemes }))
      expect(diagnostics).toEqual([])
      expect(Object.keys(config?.schemes ?? {})).toEqual(schemes.length === 0 ? ['bearer'] : KINDS.filter((kind) => schemes.includes(kind)))
      expect(config).toMatchObject({ realm: 'orders-api', apis: [{ name: 'orders-api' }] })
      expect(config?.apis[0]?.upstream.url.origin).toBe('http://127.0.0.1:3000')
    },
  )

  it.each([
    '',
    '   ',
    '42',
    'true',
    'null',
    'Größe & Maß',
    '注文',
    'a: b # c',
    '"quoted" \\',
    'a\nversion: 2',
    '${HOME}',
    '- [x',
    'x'.repeat(5000),
    '\u001B[2J',
  ])('loads for any title: %j', async (title) => {
    const { config, diagnostics } = await load(starterConfig({ title, openapiFile: 'openapi.yaml', schemes: ['bearer'] }))
    expect(diagnostics).toEqual([])
    expect(config?.realm).toMatch(/^[a-z][a-z0-9-]*$/)
  })

  it.each(['a b.yaml', "it's.yaml", 'x${HOME}.yaml', 'a: b.yaml', '#x.yaml', 'sub/openapi.json'])('finds the document under any name: %s', async (name) => {
    const { config, diagnostics, folder } = await load(starterConfig({ title: 'A', openapiFile: name, schemes: ['basic'] }), {
      files: { [name]: 'openapi: 3.1.0\n' },
    })
    expect(diagnostics).toEqual([])
    expect(config?.apis[0]?.openapi).toBe(`${folder}/${name}`)
  })

  it('takes host and port of the upstream', async () => {
    const { config } = await load(starterConfig({ title: 'A', openapiFile: 'openapi.yaml', schemes: [], upstream: 'https://api.internal:8443/v1?x=1' }))
    expect(config?.apis[0]?.upstream.url.href).toBe('https://api.internal:8443/')
  })

  it('has examples in its comments that load, too', async () => {
    const text = starterConfig({ title: 'A', openapiFile: 'openapi.yaml', schemes: ['bearer'] })
    const examples = text.replaceAll(/^( *)# (routes:| {2}- \{|store:| {2}path:| {2}digestKey:|limits:|abuse:|identity:|cors:|network:|roles:)/gm, '$1$2')
    const { diagnostics } = await load(examples, { environment: { COUNTERSIGN_DIGEST_KEY: 'k'.repeat(32) } })
    expect(diagnostics).toEqual([])
    expect(examples).toContain('\ncors: ')
  })
})

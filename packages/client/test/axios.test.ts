import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AxiosInstance } from 'axios'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, insecureLoopback, type ClientOptions, type Token } from '../src/index.ts'
import { answers, startServer, type TestServer } from './server.ts'

type Recipe = { readonly axiosWith: (options: ClientOptions) => AxiosInstance }

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))
const open: TestServer[] = []
let recipe: Recipe

beforeAll(async () => {
  // What the README shows is what runs, to the letter; check-docs compiles it.
  const blocks = [...readFileSync(join(PACKAGE, 'README.md'), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code)
  const code = blocks.find((block) => block.includes(`from 'axios'`)) ?? ''
  const file = join(PACKAGE, '.cache/axios-recipe.ts')
  mkdirSync(join(PACKAGE, '.cache'), { recursive: true })
  writeFileSync(file, code)
  recipe = (await import(file)) as Recipe
})
afterAll(async () => {
  for (const server of open) await server.close()
})

function minted() {
  let made = 0
  return { acts: ['refresh'] as const, obtain: async (): Promise<Token> => ({ value: `t${++made}` }) }
}

test('the recipe for axios renews a token, and sends JSON and forms again as they were', async () => {
  const contents: string[] = []
  const server = await startServer((request, response) => {
    let content = ''
    request.on('data', (chunk) => (content += String(chunk)))
    request.on('end', () => {
      contents.push(`${request.headers['content-type']} ${content}`)
      const known = request.headers.authorization === 'Bearer t2'
      response.writeHead(known ? 200 : 401, known ? { 'content-type': 'application/json' } : { 'www-authenticate': 'Bearer error="invalid_token"' })
      response.end(known ? '{"a":1}' : '')
    })
  })
  open.push(server)
  const { origin, seen } = server
  const client = recipe.axiosWith({ credentials: [bearer({ at: insecureLoopback(origin), from: minted() })] })
  const { status, data } = await client.post(`${origin}/orders`, { b: 2 }, { params: { c: 'd' } })
  expect([status, data, seen]).toEqual([200, { a: 1 }, ['POST /orders?c=d Bearer t1', 'POST /orders?c=d Bearer t2']])
  expect(contents).toEqual(['application/json {"b":2}', 'application/json {"b":2}'])
  expect((await client.get(origin)).data).toEqual({ a: 1 })
  expect((await client.put(origin, new URLSearchParams({ e: 'f' }))).status).toBe(200)
  expect(contents.at(-1)).toBe('application/x-www-form-urlencoded;charset=utf-8 e=f')
})

test('a refusal that nothing helps against is an error of axios, with its document', async () => {
  const server = await startServer(answers([403, { 'content-type': 'application/problem+json' }, '{"title":"no"}']))
  open.push(server)
  const client = recipe.axiosWith({ credentials: [bearer({ at: insecureLoopback(server.origin), token: 't' })] })
  await expect(client.get(server.origin)).rejects.toMatchObject({ response: { status: 403, data: { title: 'no' } } })
  expect(server.seen).toHaveLength(1)
})

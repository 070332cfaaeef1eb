import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, createClient, insecureLoopback, type Token } from '../src/index.ts'
import { startServer, type TestServer } from './server.ts'

const CALLERS = 200
let foreign: TestServer
let chaotic: TestServer
let valid = 't1'
const served = new Map<string, number>()
/** Of requests that were let in, whatever became of the answer: these may have been carried out. */
const carried: string[] = []

/** The same numbers on every run. */
function numbers(seed: number): () => number {
  let state = seed
  return () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
}

beforeAll(async () => {
  const random = numbers(7)
  foreign = await startServer((_request, response) => void response.end())
  chaotic = await startServer((request, response) => {
    const id = request.headers['x-id'] as string
    request.resume().on('end', () => {
      served.set(id, (served.get(id) ?? 0) + 1)
      if (request.headers.authorization === `Bearer ${valid}` && request.method === 'POST') carried.push(id)
      if (request.headers.authorization !== `Bearer ${valid}`) {
        const challenge =
          ['Bearer error="invalid_token"', 'Bearer', 'Basic realm="a", Bearer realm="b", error="invalid_token"', '=,broken Bearer'][Math.floor(random() * 4)] ??
          ''
        response.writeHead(401, { 'www-authenticate': challenge }).end()
        return
      }
      const luck = random()
      if (luck < 0.1) request.socket.destroy()
      else if (luck < 0.2) response.writeHead(503, { 'retry-after': random() < 0.5 ? '0' : 'soon' }).end()
      else if (luck < 0.3) response.writeHead(302, { location: foreign.origin }).end()
      else if (luck < 0.4) response.writeHead(403).end()
      else response.writeHead(200).end('{"half":')
    })
  })
})
afterAll(() => Promise.all([chaotic.close(), foreign.close()]))

test('200 callers of a chaotic server end, with one renewal an expiry and nothing sent to others', async () => {
  let minted = 0
  const from = {
    acts: ['refresh'] as const,
    obtain: async (): Promise<Token> => {
      minted += 1
      return { value: `t${minted}` }
    },
  }
  const { fetch } = createClient({ credentials: [bearer({ at: insecureLoopback(chaotic.origin), from })] })
  for (const round of [1, 2, 3]) {
    valid = `t${round}`
    const calls = Array.from({ length: CALLERS }, async (_none, index) => {
      const method = index % 2 === 0 ? 'GET' : 'POST'
      const response = await fetch(chaotic.origin, { method, headers: { 'x-id': `${round}-${index}` }, ...(method === 'POST' ? { body: 'content' } : {}) })
      return response.status
    })
    const ends = await Promise.allSettled(calls)
    expect(ends.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(CALLERS / 2)
    expect(minted).toBe(round)
  }
  expect(Math.max(...served.values())).toBeLessThanOrEqual(4)
  expect(carried.length).toBeGreaterThan(CALLERS)
  expect(new Set(carried).size).toBe(carried.length)
  expect(foreign.seen.length).toBeGreaterThan(0)
  expect(foreign.seen.filter((line) => line.includes('Bearer'))).toEqual([])
})

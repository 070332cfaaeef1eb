import { describe, expect, onTestFinished, test } from 'vitest'
import { rawRequest, type RawResponse } from '../../../../conformance/raw-http.ts'
import { isSkipped, PRINTED } from './programs.ts'
import { startBehind, type Behind, type BehindOptions } from './site.ts'

const SECRET = 'a-secret-of-thirty-two-characters'
const WRONG = 'another-one-of-thirty-two-letters'
const READER = ['Authorization', 'Bearer readertoken'] as const

// Apache asks nothing: it stands before the gateway as a plain proxy.
const ASKING = PRINTED.filter(([name]) => name !== 'apache')

describe.each(ASKING)('%s with a secret', (name, program) => {
  if (isSkipped(program)) return
  const start = async (options: BehindOptions): Promise<Behind> => {
    const behind = await startBehind(name, program, options)
    onTestFinished(() => behind.end())
    return behind
  }
  const get = (behind: Behind, path: string, ...headers: (readonly [string, string])[]): Promise<RawResponse> =>
    rawRequest(behind.port, { method: 'GET', path, headers })

  test('is answered, and neither the application nor the caller hears of it', async () => {
    const behind = await start({ secret: SECRET })
    const answers = [await get(behind, '/orders', READER), await get(behind, '/orders'), await get(behind, '/admin', READER)]
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 403])
    expect(JSON.stringify([behind.site.seen, answers])).not.toContain(SECRET)
    expect(behind.site.seen).toHaveLength(1)
  })

  test('and the wrong one lets nobody pass, also where a caller sends the right one', async () => {
    const behind = await start({ secret: SECRET, sends: WRONG })
    for (const more of [[], [['X-Countersign-Secret', SECRET] as const]]) expect((await get(behind, '/pub/a', ...more)).status).toBeGreaterThanOrEqual(400)
    expect(behind.site.seen).toEqual([])
  })
})

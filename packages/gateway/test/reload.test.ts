import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startGateway, type Gateway } from '@countersign/gateway'
import { listen, type Served } from '../../../conformance/application.ts'
import { rawRequest, type RawResponse } from '../../../conformance/raw-http.ts'

const LIMITS = 'limits: { header: 16KB, body: 10MB }\n'

const config = (upstream: string, more = LIMITS): string => `version: 1
realm: orders
listen: { address: 127.0.0.1, port: 0 }
admin: { address: 0.0.0.0, port: 0 }
store: { path: ./countersign.db }
schemes: { basic: {} }
apis:
  - { name: orders, upstream: '${upstream}', routes: [{ path: /**, open: true }] }
${more}`

let folder: string
let upstream: Served
let gateway: Gateway
let hops: readonly string[] = []
const lines: string[] = []
const here = (more?: string): string => config(`http://127.0.0.1:${upstream.port}`, more)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-reload-'))
  upstream = await listen(
    createServer((request, response) => {
      hops = [request.headers['x-forwarded-for'] ?? ''].flat()
      request.resume()
      request.on('end', () => response.end('ok'))
    }),
  )
  await writeFile(join(folder, 'countersign.yaml'), here())
  gateway = await startGateway({ file: join(folder, 'countersign.yaml'), log: { write: (line: string) => lines.push(line) }, watch: false })
})

afterAll(async () => {
  await gateway.close()
  await upstream.close()
  await rm(folder, { recursive: true })
})

async function reload(text: string): Promise<readonly string[]> {
  await writeFile(join(folder, 'countersign.yaml'), text)
  const { ok, diagnostics } = await gateway.reload()
  expect(ok).toBe(true)
  return diagnostics.map(({ code, message }) => `${code} ${message}`)
}

const ask = (headers: readonly (readonly [string, string])[] = [], body?: string): Promise<RawResponse> =>
  rawRequest(gateway.address?.port ?? 0, { method: body === undefined ? 'GET' : 'POST', path: '/', headers, ...(body === undefined ? {} : { body }) })

const eventsOf = (event: string): readonly Record<string, unknown>[] =>
  lines.map((line): Record<string, unknown> => JSON.parse(line)).filter((line) => line['event'] === event)

test('what is doubtful about the configuration is in the log of the start', () => {
  expect(eventsOf('reload')).toMatchObject([{ ok: true, diagnostics: [expect.stringMatching(/: warning: `admin` listens on /)] }])
})

describe('a reload without a restart', () => {
  beforeEach(async () => {
    await reload(here())
  })

  test('puts the limits of header section and content into force', async () => {
    const large = [['X-Large', 'a'.repeat(6000)]] as const
    expect([(await ask(large)).status, (await ask([], 'hello')).status]).toEqual([200, 200])
    expect(await reload(here('limits: { header: 4KB, body: 3 }\n'))).toEqual([expect.stringMatching(/^admin-exposed /)])
    expect([(await ask(large)).status, (await ask([], 'hello')).status]).toEqual([431, 413])
  })

  test('puts the time for a request into force', async () => {
    const slow = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe'
    await reload(here('limits: { headerTimeout: 0.2, requestTimeout: 0.3 }\n'))
    expect((await rawRequest(gateway.address?.port ?? 0, slow)).status).toBe(408)
  })

  test('puts the proxies that are trusted into force', async () => {
    await ask([['X-Forwarded-For', '192.0.2.1']])
    expect(hops).toEqual(['127.0.0.1'])
    await reload(here(`${LIMITS}network: { trustedProxies: [127.0.0.1] }\n`))
    await ask([['X-Forwarded-For', '192.0.2.1']])
    expect(hops).toEqual(['192.0.2.1, 127.0.0.1'])
  })

  test('puts level and sampling of the log into force', async () => {
    const told = async (): Promise<number> => {
      const before = lines.length
      await ask()
      return lines.length - before
    }
    expect(await told()).toBe(1)
    await reload(here(`${LIMITS}log: { sampleAllowed: 0 }\n`))
    expect(await told()).toBe(0)
    await reload(here(`${LIMITS}log: { level: error }\n`))
    expect(await told()).toBe(0)
  })

  test('says what only a restart can change', async () => {
    const warnings = await reload(here(`${LIMITS}log: { auditFile: ./audit.json }\nabuse: { guessing: { failures: 9 } }\n`).replace('port: 0', 'port: 1'))
    expect(warnings.filter((one) => one.startsWith('needs-restart'))).toEqual([
      'needs-restart `listen` changed and is read at the start only',
      'needs-restart `abuse.guessing` changed and is read at the start only',
      'needs-restart `log.auditFile` changed and is read at the start only',
    ])
  })
})

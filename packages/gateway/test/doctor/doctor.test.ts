import { createServer, type RequestListener } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { defectsIn, DEFECTS, diagnosisText, examine, loadSetup, type Diagnosis, type Examination, type Setup } from '@countersign/gateway'
import { listen } from '../../../../conformance/application.ts'
import { fixFor, PROXY_NAMES, proxyOf } from '../../src/doctor/fixes.ts'

const config = (more = ''): string => `version: 1
realm: orders
schemes: { bearer: { tokens: { readertoken: { subject: reader } } } }
apis:
  - name: orders
    upstream: http://127.0.0.1:9
    routes: [{ methods: GET, path: /orders }, { path: /pub/a, anyone: true }]
    ${more}
`

async function setup(more?: string): Promise<Setup> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-doctor-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'countersign.yaml'), config(more))
  const { setup: loaded, diagnostics } = await loadSetup(join(folder, 'countersign.yaml'), {})
  if (loaded === undefined) throw new Error(JSON.stringify(diagnostics))
  return loaded
}

/** A proxy that answers as it likes. */
async function before(listener: RequestListener): Promise<URL> {
  const served = await listen(createServer(listener))
  onTestFinished(() => served.close())
  return new URL(`http://127.0.0.1:${served.port}`)
}

async function look(listener: RequestListener, more: Partial<Examination> = {}): Promise<Diagnosis> {
  return examine({ ...(await setup()), url: await before(listener), ...more })
}

describe('a doctor', () => {
  test('finds that nobody is asked', async () => {
    const diagnosis = await look((_, response) => response.end('application'))
    expect(defectsIn(diagnosis)).toEqual(['not-asked', 'content-lost', 'path-rewritten', 'websocket-open'])
    expect(diagnosisText(diagnosis)).toContain('GET /orders (without credentials) was answered 200 instead of 401')
  })

  test('follows no redirect to another host', async () => {
    let asked = 0
    const other = await before((_, response) => void (asked++, response.end()))
    const diagnosis = await look((_, response) => response.writeHead(302, { Location: other.href }).end())
    expect([asked, defectsIn(diagnosis)[0]]).toEqual([0, 'not-asked'])
  })

  test('says so where a request gets no answer', async () => {
    let requests = 0
    const diagnosis = await look((request, response) => (requests++ === 0 ? response.writeHead(404).end() : request.socket.destroy()))
    expect(defectsIn(diagnosis)).toEqual(['no-answer'])
    expect(diagnosis.tried.flatMap(({ defects }) => defects)[0]?.detail).toMatch(/^socket hang up, while it was tried: /)
  })

  test('sends nothing but GET, HEAD and OPTIONS, to the host that was named, and not many', async () => {
    const seen: (readonly [method: string, host: string])[] = []
    const { requests } = await look((request, response) => {
      seen.push([request.method ?? '', request.headers.host ?? ''])
      response.writeHead(404).end()
    })
    expect([...new Set(seen.map(([method]) => method))].toSorted()).toEqual(['GET', 'HEAD'])
    expect(new Set(seen.map(([, host]) => host)).size).toBe(1)
    expect(seen).toHaveLength(requests)
    expect(requests).toBeLessThan(60)
  })

  test('reads no more than it needs of an answer that does not end', async () => {
    const diagnosis = await look((request, response) => {
      response.writeHead(404)
      if (request.method === 'HEAD') return void response.end()
      const write = (): void => void (response.write('x'.repeat(16_384)) && setImmediate(write))
      response.on('drain', write)
      write()
    })
    expect(defectsIn(diagnosis)).toContain('status-lost')
  })

  test('says what it did not try, and why', async () => {
    const { tried } = await look((_, response) => response.writeHead(404).end())
    expect(tried.flatMap(({ probe, skipped }) => (skipped === undefined ? [] : [[probe, skipped]]))).toEqual([
      ['forbidden', 'it needs somebody who may call: pass --as, and what shows it in $COUNTERSIGN_CREDENTIAL'],
      ['preflight', 'the configuration allows no origin (`cors`)'],
      ['forged', 'it needs a path whose application answers with the fields that it got: pass --echo'],
      ['nominated', 'it needs a path whose application answers with the fields that it got: pass --echo'],
    ])
  })

  test('has no credential in what it reports', async () => {
    const diagnosis = await look((request, response) => response.end(JSON.stringify(request.rawHeaders)), {
      echo: '/orders',
      caller: {
        persona: { name: 'reader', config: { scheme: 'bearer', subject: 'reader', roles: [], scopes: [] } },
        fields: [['Authorization', 'Bearer readertoken']],
      },
    })
    expect(defectsIn(diagnosis)).toContain('identity-forged')
    expect(JSON.stringify(diagnosis) + diagnosisText(diagnosis)).not.toContain('readertoken')
  })

  test('refuses a host that the configuration does not answer for', async () => {
    const { config: own, policy } = await setup('hosts: [api.example]')
    await expect(examine({ config: own, policy, url: new URL('http://127.0.0.1:1') })).rejects.toThrow(/no GET at 127\.0\.0\.1:1 that is protected/)
  })

  test('says that the proxy cannot be reached', async () => {
    await expect(examine({ ...(await setup()), url: new URL('http://127.0.0.1:1') })).rejects.toThrow(/ECONNREFUSED/)
  })
})

test.each(Object.keys(DEFECTS) as (keyof typeof DEFECTS)[])('there is advice about %s for each proxy', (defect) => {
  const advice = PROXY_NAMES.map((name) => fixFor(defect, name))
  expect(new Set(advice).size).toBe(PROXY_NAMES.length)
})

test('a proxy is known by its name', () => {
  expect([['nginx/1.22.1'], ['Caddy'], ['Apache/2.4.71 (Debian)'], ['envoy'], ['gunicorn'], []].map(proxyOf)).toEqual([
    'nginx',
    'caddy',
    'apache',
    'envoy',
    undefined,
    undefined,
  ])
})

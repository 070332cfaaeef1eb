import { copyFileSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGateway, type Gateway } from '@countersign/gateway'
import { listen, type Served } from '../../../conformance/application.ts'
import { rawRequest, type RawRequest } from '../../../conformance/raw-http.ts'
import { makeCertificate } from './proxy/stage.ts'

const ACTOR = { subject: 'test', via: 'cli' }
const own = makeCertificate()
let folder: string
let upstream: Served
let gateway: Gateway
let seen: readonly string[] = []
const lines: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-upstream-'))
  upstream = await listen(
    createServer({ cert: readFileSync(own.certificate), key: readFileSync(own.key) }, (request, response) => {
      seen = request.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
      response.end('ok')
    }),
  )
  copyFileSync(makeCertificate('stranger').certificate, join(folder, 'ca.pem'))
  await writeFile(
    join(folder, 'countersign.yaml'),
    `version: 1
realm: orders
listen: { address: 127.0.0.1, port: 0 }
admin: { address: 127.0.0.1, port: 0 }
store: { path: ./countersign.db }
schemes: { apiKey: { header: X_Api.Key } }
identity: { headers: { subject: X_My.Subject } }
apis:
  - name: orders
    upstream: { url: 'https://localhost:${upstream.port}', tls: { ca: ./ca.pem } }
    routes: [{ path: /open, open: true }, { path: / }]
`,
  )
  gateway = await startGateway({ file: join(folder, 'countersign.yaml'), log: { write: (line: string) => lines.push(line) }, watch: false })
})

afterAll(async () => {
  await gateway.close()
  await upstream.close()
  await rm(folder, { recursive: true })
})

const ask = (path: string, headers: RawRequest['headers'] = []) => rawRequest(gateway.address?.port ?? 0, { method: 'GET', path, headers })

test('an upstream over https is not trusted before its authority is in the file, and a reload reads the file again', async () => {
  const refused = await ask('/open')
  expect([refused.status, refused.body.includes('SELF_SIGNED')]).toEqual([502, false])
  expect(JSON.parse(lines.at(-1) ?? '{}')).toMatchObject({ status: 502, failure: 'connect', cause: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  copyFileSync(own.certificate, join(folder, 'ca.pem'))
  expect((await ask('/open')).status).toBe(502)
  expect(await gateway.reload()).toMatchObject({ ok: true })
  expect((await ask('/open')).status).toBe(200)
})

test('the key of the caller and what looks like an identity do not reach the upstream, however their fields are spelt', async () => {
  const { key } = await gateway.store.keys.create({ subject: 'ada' }, ACTOR)
  const got = await ask('/', [
    ['X_Api.Key', key],
    ['X-My-Subject', 'root'],
  ])
  expect([got.status, seen.filter((name) => /api.key|my.subject/.test(name))]).toEqual([200, ['x_my.subject']])
})

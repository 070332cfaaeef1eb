// Reads a matrix of 1,000 cells at an API on the loopback interface, as fast as it goes, described by a document of 5 MB;
// prints time, requests per judged cell, and what memory the document and the run take: with the matrix alone, and with every check.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runAudit } from '@countersign/audit'

const OPERATIONS = 250
const NAMES = ['alice', 'bob', 'olga']

/** Half of the weight is what nobody looks at, half are bodies that checks may ask for. */
function documentOf(megabytes) {
  const filler = 'x'.repeat(Math.round((megabytes * 1_000_000) / OPERATIONS / 2))
  const paths = {}
  for (let at = 0; at < OPERATIONS; at += 1) {
    const properties = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`member${index}`, { type: 'string', description: filler.slice(0, filler.length / 100) }]),
    )
    paths[`/things/${at}`] = {
      get: { security: [{ token: [] }], description: filler, responses: { 200: {}, 401: {} } },
      put: { security: [{ token: [] }], requestBody: { content: { 'application/json': { schema: { type: 'object', properties } } } }, responses: {} },
    }
  }
  return JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Things', version: '1' },
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    paths,
  })
}

function personaOf(name) {
  const fields = [['Authorization', `Bearer token-${name}`]]
  return {
    name,
    principal: { subject: name, scheme: 'Bearer', scopes: [], roles: [], assurance: {}, claims: {} },
    caretaker: false,
    credentials: async () => ({ kind: 'bearer', fields, value: `token-${name}` }),
    renew: () => undefined,
    authorize: async (request) => ({ ...request, fields: [...request.fields, ...fields] }),
  }
}

const BODY = JSON.stringify({ items: Array.from({ length: 20 }, (_, index) => ({ id: index, text: 'some text that is neither short nor long' })) })

const server = createServer((request, response) => {
  const known = /^Bearer token-(alice|bob|olga)$/.test(request.headers.authorization ?? '')
  response.writeHead(known ? 200 : 401, { 'Content-Type': 'application/json', ...(known ? {} : { 'WWW-Authenticate': 'Bearer' }) })
  response.end(known ? BODY : '{"error":"who?"}')
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))

async function measure(megabytes, name, options) {
  const openapi = join(folder, `${megabytes}.json`)
  writeFileSync(openapi, documentOf(megabytes))
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  let most = 0
  const config = {
    target: `http://127.0.0.1:${server.address().port}`,
    openapi,
    personas: [],
    resources: [],
    public: [],
    neverTouch: [],
    accepted: [],
    mode: 'safe',
    rate: 0,
    parallel: 2,
    maxRequests: 1_000_000,
    timeLimit: 10,
    failOn: { level: 'strong', severity: 'medium' },
    privateMembers: [],
    origins: [],
  }
  const onProgress = () => {
    most = Math.max(most, process.memoryUsage().rss)
  }
  const report = await runAudit({ config, personas: NAMES.map(personaOf), onProgress, ...options })
  const { judged } = report.coverage
  const mib = (bytes) => `${Math.round(bytes / 1024 / 1024)} MiB`
  console.log(
    `${name}, ${megabytes} MB: ${judged} cells in ${report.seconds.toFixed(1)} s, ${(report.requests / judged).toFixed(2)} requests a judged cell, memory ${mib(before)} before, ${mib(most)} at most`,
  )
}

for (const [name, options] of [
  ['matrix', { checks: [] }],
  ['every check', {}],
])
  for (const megabytes of [0.1, 5, 5]) await measure(megabytes, name, options)
server.closeAllConnections()
server.close()
rmSync(folder, { recursive: true })

// The gateway, started by its command with the configuration that a reader of its README would write.
import { spawn } from 'node:child_process'
import { mkdirSync, openSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openSqliteStore } from '@countersign/gateway'
import { AUDIENCE } from '../issuer.mjs'
import { ended, family } from './load.mjs'

const HOME = new URL('../../', import.meta.url)
export const FIXED_TOKEN = 'bench-token-for-olga-0123456789'

/** Starts `countersign serve`; answers also the text of an API key that its store has. */
export async function startGateway(folder, { upstream, issuer, jwksUri, workers = 1, operations = 10, keys = 1, profile, home = HOME }) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'openapi.json'), JSON.stringify(documentWith(operations)))
  writeFileSync(join(folder, 'countersign.yaml'), configuration({ upstream, issuer, jwksUri }))
  const key = await seedKeys(join(folder, 'countersign.db'), keys)
  const log = openSync(join(folder, 'log'), 'w')
  const flags = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  const command = fileURLToPath(new URL('packages/cli/dist/main.js', home))
  const child = spawn(process.execPath, [...flags, command, 'serve', '--config', join(folder, 'countersign.yaml'), '--workers', String(workers)], {
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', log, 'pipe'],
  })
  const port = await portOf(child)
  const pids = family(child.pid)
  return { port, key, pids: () => pids, stop: () => ended(child) }
}

function portOf(child) {
  let said = ''
  child.stderr.setEncoding('utf8')
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`countersign ended with ${code}: ${said}`)))
    child.stderr.on('data', (chunk) => {
      said += chunk
      const port = /API on http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1]
      if (port !== undefined) resolve(Number(port))
    })
  })
}

function configuration({ upstream, issuer, jwksUri }) {
  return `version: 1
realm: bench
listen: { address: 127.0.0.1, port: 0 }
admin: { address: 127.0.0.1, port: 0 }
schemes:
  bearer:
    issuers: [{ issuer: '${issuer}', audience: '${AUDIENCE}', jwksUri: '${jwksUri}' }]
    tokens: { ${FIXED_TOKEN}: { subject: olga } }
  apiKey: { header: X-Api-Key }
apis:
  - { name: bench, upstream: 'http://127.0.0.1:${upstream}', openapi: ./openapi.json }
`
}

/** The paths that are asked for, and as many others as are missing. */
function documentWith(operations) {
  const operation = (scopes) => ({ security: [{ bearer: scopes }, ...(scopes.length > 0 ? [] : [{ key: [] }])], responses: { 200: { description: 'ok' } } })
  const paths = {
    '/small': { get: operation([]), post: operation([]) },
    '/large': { get: operation([]) },
    '/admin': { get: operation(['admin']) },
  }
  for (let number = 4; number < operations; number += 1) paths[`/shelves/{shelf}/books-${number}/{book}`] = { get: operation([]) }
  const securitySchemes = { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, key: { type: 'apiKey', in: 'header', name: 'X-Api-Key' } }
  return { openapi: '3.1.0', info: { title: 'bench', version: '1' }, components: { securitySchemes }, paths }
}

/** One key made by the store, and rows beside it in one transaction: the store itself syncs each key to the disk. */
async function seedKeys(path, count) {
  const store = await openSqliteStore({ path })
  const { key } = await store.keys.create({ subject: 'olga' }, { subject: 'bench', via: 'bench' })
  await store.close()
  if (count === 1) return key
  const { DatabaseSync } = createRequire(import.meta.url)('@photostructure/sqlite')
  const database = new DatabaseSync(path)
  database.exec(`WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    INSERT INTO keys (id, digest, subject, scopes, roles, created)
    SELECT 'csk_' || lower(hex(randomblob(5))), lower(hex(randomblob(32))), 'somebody-' || i, '[]', '[]', 1700000000 FROM n WHERE true ON CONFLICT DO NOTHING`)
  database.close()
  return key
}

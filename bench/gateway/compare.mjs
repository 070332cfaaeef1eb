// The comparison: every server in a process of its own, every scenario in every round, so that noise hits all alike.
import { fork } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { makeIssuer, serveKeySet } from '../issuer.mjs'
import { FIXED_TOKEN, startGateway } from './gateways.mjs'
import { ended, family, probe, sendLoad } from './load.mjs'
import { askingConfig, proxyConfig, startNginx, upstreamConfig } from './nginx.mjs'

/** More than the gateway remembers, so that each token is forgotten before it comes again. */
const POOL = 25_000
const ALL = [
  'upstream',
  'nginx',
  'dispatch',
  'http-proxy-3',
  'fastify',
  'nginx + auth_request',
  'countersign',
  'countersign (before)',
  'countersign (2 workers)',
]
const FEW = ['nginx', 'dispatch', 'countersign', 'countersign (before)', 'countersign (2 workers)']
const OPERATIONS = [10, 100, 1000, 10_000]
const KEYS = [1, 1000, 1_000_000]

/** Answers `{ scenario, server, windows }` for each cell, and the titles of scenarios. */
export async function compare({ rounds, seconds, only = {}, profile, against, log }) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const closing = [() => rmSync(folder, { recursive: true, force: true })]
  // nginx's worker is another user where this runs as root.
  chmodSync(folder, 0o711)
  try {
    const keySet = await serveKeySet()
    closing.push(() => keySet.close())
    const issuer = makeIssuer(`${keySet.origin}/`)
    keySet.state.keySet = issuer.keySet
    const common = { issuer: issuer.issuer, jwksUri: `${keySet.origin}/jwks`, folder, profile, against, closing }
    const servers = await startServers(common, only, log)
    const cells = cellsOf(servers, scenariosOf(issuer, folder, log), only)
    await measure(cells, { rounds, seconds, log })
    return cells.map(({ server, scenario, windows }) => ({
      server: server.name,
      scenario: scenario.key,
      title: scenario.title,
      status: scenario.status,
      windows,
    }))
  } finally {
    for (const close of closing.toReversed()) await close()
  }
}

async function measure(cells, { rounds, seconds, log }) {
  log(`warming up ${cells.length} combinations of server and scenario`)
  for (const { server, scenario } of cells) {
    await probe(server, scenario)
    // A process that was asked little still interprets most of its code.
    await sendLoad(server, scenario, server.passes ? 1 : 3)
  }
  for (let round = 1; round <= rounds; round += 1) {
    log(`round ${round} of ${rounds}`)
    // Another order in every round, with neighbours kept together: what is compared runs within seconds.
    for (const cell of round % 2 === 0 ? cells.toReversed() : cells) cell.windows.push(await sendLoad(cell.server, cell.scenario, seconds))
  }
}

async function startServers(common, only, log) {
  const { folder, closing } = common
  const servers = new Map()
  const add = (name, passes, server) => {
    servers.set(name, { name, passes, ...server })
    closing.push(server.stop)
    return server
  }
  const upstream = add('upstream', true, await startNginx(join(folder, 'upstream'), upstreamConfig(folder)))
  const gateway = (name, more) => startGateway(join(folder, name), { ...common, upstream: upstream.port, ...more })
  add('nginx', true, await startNginx(join(folder, 'nginx'), proxyConfig(upstream.port)))
  for (const name of ['dispatch', 'http-proxy-3', 'fastify']) add(name, true, await startPasser(name, upstream.port))
  const guard = await startPasser('guard', upstream.port, common.issuer, common.jwksUri)
  closing.push(guard.stop)
  const asking = await startNginx(join(folder, 'asking'), askingConfig(upstream.port, guard.port))
  add('nginx + auth_request', false, { ...asking, pids: () => [...asking.pids(), ...guard.pids()] })
  add('countersign', false, await gateway('one', { profile: common.profile }))
  if (common.against !== undefined)
    add('countersign (before)', false, await gateway('before', { home: pathToFileURL(`${common.against}/`), profile: undefined }))
  add('countersign (2 workers)', false, await gateway('two', { workers: 2, profile: undefined }))
  if (only.scenarios !== undefined && !only.scenarios.includes('operations') && !only.scenarios.includes('keys')) return servers
  log('starts gateways with up to 10,000 operations and up to a million keys')
  for (const operations of OPERATIONS) add(`${operations} operations`, false, await gateway(`o${operations}`, { operations }))
  for (const keys of KEYS) add(`${keys} keys`, false, await gateway(`k${keys}`, { keys }))
  return servers
}

async function startPasser(...given) {
  const child = fork(fileURLToPath(new URL('passers.mjs', import.meta.url)), given.map(String), { env: { ...process.env, NODE_ENV: 'production' } })
  const { port } = await new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', (code) => reject(new Error(`${given[0]} ended with ${code}`)))
  })
  return { port, pids: () => family(child.pid), stop: () => ended(child) }
}

function scenariosOf(issuer, folder, log) {
  log(`signs ${POOL} tokens`)
  const bearer = (values) => ({ field: 'Authorization', values: values.map((token) => `Bearer ${token}`) })
  const tokens = bearer(Array.from({ length: POOL }, () => issuer.token('RS256')))
  const file = join(folder, 'tokens')
  writeFileSync(file, `${tokens.values.join('\n')}\n`)
  const seen = bearer([issuer.token('RS256')])
  const forged = bearer([`${issuer.token('RS256').slice(0, -8)}AAAAAAAA`])
  const small = { path: '/small', status: 200 }
  return [
    { key: 'seen', title: 'Allowed, 1 kB, JWT seen before', servers: ALL, ...small, ...seen },
    { key: 'post', title: 'Allowed, 1 kB sent and received, JWT seen before', servers: ALL, ...small, ...seen, body: true },
    { key: 'large', title: 'Allowed, 1 MB, JWT seen before', servers: ALL, path: '/large', status: 200, ...seen },
    { key: 'fixed', title: 'Allowed, 1 kB, fixed token', servers: FEW, ...small, ...bearer([FIXED_TOKEN]) },
    { key: 'fresh', title: 'Allowed, 1 kB, JWT (RS256) first seen', servers: FEW, ...small, ...tokens, file },
    { key: 'key', title: 'Allowed, 1 kB, API key', servers: FEW, ...small, keyed: true },
    { key: 'none', title: '401, nothing sent', servers: FEW, path: '/small', status: 401 },
    { key: 'forged', title: '401, JWT with a forged signature', servers: FEW, path: '/small', status: 401, ...forged },
    { key: 'scope', title: '403, JWT without the scope', servers: FEW, path: '/admin', status: 403, ...seen },
    { key: 'operations', title: 'Growth with operations', servers: OPERATIONS.map((count) => `${count} operations`), status: 200, ...seen },
    { key: 'keys', title: 'Growth with API keys in the store', servers: KEYS.map((count) => `${count} keys`), ...small, keyed: true },
  ]
}

function cellsOf(servers, scenarios, only) {
  const cells = []
  for (const scenario of scenarios) {
    for (const name of scenario.servers) {
      const server = servers.get(name)
      if (server === undefined || only.servers?.includes(name) === false || only.scenarios?.includes(scenario.key) === false) continue
      // Each store has a key of its own, and each document a last operation.
      const credentials = scenario.keyed ? { field: 'X-Api-Key', values: [server.key ?? 'csk_none'] } : {}
      const path = scenario.path ?? `/shelves/7/books-${Number.parseInt(name, 10) - 1}/9`
      cells.push({ server, scenario: { ...scenario, path, ...credentials }, windows: [] })
    }
  }
  return cells
}

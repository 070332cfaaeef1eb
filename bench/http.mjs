// The comparison over HTTP: each server in a child process, every scenario in every round, so that noise hits all alike.
import { fork } from 'node:child_process'
import { makeIssuer, serveKeySet } from './issuer.mjs'
import { sendLoad } from './load.mjs'
import { SERVERS } from './servers.mjs'

// With a cache this small, and tokens used in turn, a token of the pool is always forgotten before it comes again:
// the cost of filling the cache is in "first-seen", and the one token of "seen" is never forgotten.
const CACHE_SIZE = 64
const POOL = 2000

const SCENARIOS = {
  seen: { path: '/data', status: 200, label: 'allowed, token seen before' },
  fresh: { path: '/data', status: 200, label: 'allowed, first-seen RS256 token' },
  none: { path: '/data', status: 401, label: '401 without credentials' },
  garbage: { path: '/data', status: 401, label: '401 token that is no JWT' },
  expired: { path: '/data', status: 401, label: '401 expired RS256 token' },
  scope: { path: '/admin', status: 403, label: '403 missing scope' },
}

export const labelOf = (scenario) => SCENARIOS[scenario].label

/** Runs all rounds; answers `{ name, framework, kind, scenario, windows }` for each server and scenario. */
export async function compareServers({ rounds, seconds, only, log }) {
  const keySet = await serveKeySet()
  const issuer = makeIssuer(`${keySet.origin}/`)
  keySet.state.keySet = issuer.keySet
  const config = { issuer: issuer.issuer, jwksUri: `${keySet.origin}/jwks`, keySet: issuer.keySet, cacheSize: CACHE_SIZE }
  const names = Object.keys(SERVERS).filter((name) => only === undefined || SERVERS[name].kind !== 'peer' || only.some((part) => name.includes(part)))
  const servers = await Promise.all(names.map((name) => startServer(name, config)))
  try {
    const cells = cellsOf(servers, tokensOf(issuer))
    log(`warming up ${cells.length} combinations of server and scenario`)
    for (const cell of cells) await sendLoad(cell.server, cell.scenario, Math.min(0.7, seconds))
    for (let round = 1; round <= rounds; round += 1) {
      log(`round ${round} of ${rounds}`)
      for (const cell of turned(cells, round)) cell.windows.push(await sendLoad(cell.server, cell.scenario, seconds))
    }
    return cells.map(({ server, scenario, windows }) => ({
      name: server.name,
      framework: server.framework,
      kind: server.kind,
      scenario: scenario.key,
      windows,
    }))
  } finally {
    for (const server of servers) server.stop()
    keySet.close()
  }
}

function tokensOf(issuer) {
  const past = Math.floor(Date.now() / 1000) - 3600
  return {
    seen: [issuer.token('RS256')],
    fresh: Array.from({ length: POOL }, () => issuer.token('RS256')),
    none: [],
    garbage: ['abcdefghijklmnopqrstuvwxyz.0123456789.ABCDEFGHIJKLMNOP'],
    expired: Array.from({ length: 200 }, () => issuer.token('RS256', { iat: past - 300, exp: past })),
    scope: [issuer.token('RS256')],
  }
}

/** Bare servers have no denials: they get the request of "seen" and, as the floor of "none", one without credentials. */
function cellsOf(servers, tokens) {
  const cells = []
  for (const [key, scenario] of Object.entries(SCENARIOS)) {
    for (const server of servers) {
      const status = server.kind === 'bare' ? 200 : scenario.status
      if (server.kind !== 'bare' || key === 'seen' || key === 'none')
        cells.push({ server, scenario: { ...scenario, key, status, tokens: tokens[key] }, windows: [] })
    }
  }
  return cells
}

/** Another order in every round, with neighbours kept together: what is compared runs within seconds. */
function turned(cells, round) {
  return round % 2 === 0 ? cells.toReversed() : cells
}

async function startServer(name, config) {
  const child = fork(new URL('server.mjs', import.meta.url), { env: { ...process.env, NODE_ENV: 'production' }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const ask = (message) =>
    new Promise((resolve, reject) => {
      const failed = (code) => reject(new Error(`the server ${name} ended with ${code}`))
      child.once('exit', failed)
      child.once('message', (answer) => {
        child.off('exit', failed)
        resolve(answer)
      })
      child.send(message)
    })
  const { port } = await ask({ name, config })
  return { name, port, framework: SERVERS[name].framework, kind: SERVERS[name].kind, measure: () => ask('measure'), stop: () => child.kill() }
}

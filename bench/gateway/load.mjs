// One window of load on one server: wrk sends, /proc says what the server's processes used meanwhile.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const SCRIPT = fileURLToPath(new URL('wrk.lua', import.meta.url))
export const CONNECTIONS = 64
/** USER_HZ, which Linux fixes for programs. */
const TICKS = 100

/** Sends for `seconds` and answers what came of it; throws if any answer was of another kind than expected. */
export async function sendLoad(server, scenario, seconds) {
  const before = usageOf(server.pids())
  const start = server.turns?.get(scenario.key) ?? 0
  const seen = await wrk(`http://127.0.0.1:${server.port}${scenario.path}`, { ...scenario, start }, seconds)
  const after = usageOf(server.pids())
  // The next window goes on where this one ended: a value comes again only after all others.
  server.turns ??= new Map()
  server.turns.set(scenario.key, (start + seen.requests) % (scenario.values?.length ?? 1))
  const refused = server.passes || scenario.status < 400 ? 0 : seen.requests
  if (seen.failed > 0 || seen.refused !== refused)
    throw new Error(`${server.name}, ${scenario.key}: ${seen.refused} of ${seen.requests} refused, ${seen.failed} failed`)
  const { requests, microseconds, p50, p99 } = seen
  return {
    requests,
    perSecond: requests / (microseconds / 1e6),
    cpu: ((after.ticks - before.ticks) / TICKS / requests) * 1e6,
    busy: (after.ticks - before.ticks) / TICKS / (microseconds / 1e6),
    p50,
    p99,
    rss: after.rss,
  }
}

/** One request, looked at more closely than wrk does. */
export async function probe(server, { key, path, status, field, values, body }) {
  const headers = field === undefined ? {} : { [field]: values[0] }
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { headers, ...(body ? { method: 'POST', body: 'x'.repeat(1024) } : {}) })
  await response.arrayBuffer()
  const expected = server.passes ? 200 : status
  if (response.status !== expected) throw new Error(`${server.name}, ${key}: answered ${response.status}, not ${expected}`)
}

async function wrk(url, { field, values, file, body, start }, seconds) {
  const one = values?.length === 1 ? ['-H', `${field}: ${values[0]}`] : []
  const many = values?.length > 1 ? { BENCH_FIELD: field, BENCH_VALUES: file, BENCH_START: String(start) } : {}
  const env = { ...process.env, ...many, ...(body ? { BENCH_BODY: '1' } : {}) }
  const { stdout } = await promisify(execFile)('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--timeout', '10s', '-s', SCRIPT, ...one, url], { env })
  return JSON.parse(stdout.trim().split('\n').at(-1))
}

/** CPU time and memory of processes together. */
function usageOf(pids) {
  let ticks = 0
  let rss = 0
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    ticks += Number(fields[11]) + Number(fields[12])
    rss += Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) * 1024
  }
  return { ticks, rss }
}

/** A process and all below it. */
export function family(pid) {
  const parents = new Map()
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1')
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // A process that has ended meanwhile is none of ours.
    }
  }
  const found = [pid]
  for (const parent of found) for (const [child, of] of parents) if (of === parent) found.push(child)
  return found
}

/** Asks a process to end, and waits until it has. */
export async function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

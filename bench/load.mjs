// One window of load on one server: autocannon sends, the server's process says what it cost.
import autocannon from 'autocannon'

const CONNECTIONS = 16

/** Sends for `seconds` and answers what the server did in that time. The tokens are used in turn, over all connections. */
export async function sendLoad(server, { path, status, tokens }, seconds) {
  const before = await server.measure()
  const observed = await cannon(`http://127.0.0.1:${server.port}${path}`, tokens, seconds)
  const after = await server.measure()
  const { total, wrong } = countOf(observed.statuses, server.kind === 'peer' ? classOf(status) : (seen) => seen === status)
  if (wrong > 0) throw new Error(`${server.name} ${path}: ${wrong} of ${total} answers were not ${status}: ${[...observed.statuses.keys()].join(', ')}`)
  const times = observed.times.toSorted()
  return {
    requests: total,
    perSecond: total / observed.seconds,
    cpu: (after.cpu - before.cpu) / total,
    busy: (after.cpu - before.cpu) / 1e6 / observed.seconds,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    rss: after.rss,
  }
}

function cannon(url, tokens, seconds) {
  const statuses = new Map()
  const times = new Float64Array(2_000_000)
  let length = 0
  let next = 0
  const setupRequest = (request) => ({ ...request, headers: { authorization: `Bearer ${tokens[next++ % tokens.length]}` } })
  const headers = tokens.length === 1 ? { authorization: `Bearer ${tokens[0]}` } : {}
  const options = { url, connections: CONNECTIONS, duration: seconds, headers, ...(tokens.length > 1 ? { requests: [{ setupRequest }] } : {}) }
  return new Promise((resolve, reject) => {
    const run = autocannon(options, (error, result) => {
      if (error) return reject(error)
      if (result.errors > 0) return reject(new Error(`${url}: ${result.errors} connections failed`))
      resolve({ seconds: result.duration, times: times.subarray(0, length), statuses })
    })
    run.on('response', (_client, status, _bytes, milliseconds) => {
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (length < times.length) times[length++] = milliseconds
    })
  })
}

/** Peers may differ in the status of a denial, here it only has to be one. */
function classOf(status) {
  return (seen) => Math.floor(seen / 100) === Math.floor(status / 100)
}

function countOf(statuses, isExpected) {
  let total = 0
  let wrong = 0
  for (const [status, count] of statuses) {
    total += count
    if (!isExpected(status)) wrong += count
  }
  return { total, wrong }
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

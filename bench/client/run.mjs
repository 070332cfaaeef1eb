// `npm run bench:client` at the root: builds, then runs this. It takes about two minutes, `--quick` half a one. Only a full run
// writes CLIENT.md.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { installOnce } from '../install.mjs'
import { describeMachine } from '../report.mjs'

installOnce((text) => void process.stderr.write(`bench: ${text}\n`))
const { CALLERS, callerOf } = await import('./callers.mjs')

const quick = process.argv.includes('--quick')
const SIZE = quick ? { rounds: 3, calls: 300 } : { rounds: 11, calls: 1000 }
const TOGETHER = 16
/** Calls between two expiries. */
const HOUR = 50

const SCENARIOS = {
  'Let in, one call after the other': { together: 1, path: '/data', expected: 200 },
  [`Let in, ${TOGETHER} calls at a time`]: { together: TOGETHER, path: '/data', expected: 200 },
  'A plain 403 with a problem document, one after the other': { together: 1, path: '/admin', expected: 403 },
  [`The token expires every ${HOUR} calls, ${TOGETHER} at a time`]: { together: TOGETHER, path: '/data', expected: 200, expires: true },
}

const server = fork(fileURLToPath(new URL('server.mjs', import.meta.url)))
const [port] = await once(server, 'message')
const origin = `http://127.0.0.1:${port}`
const measured = {}
try {
  for (const [name, scenario] of Object.entries(SCENARIOS)) measured[name] = await compare(name, scenario)
} finally {
  server.disconnect()
}
const report = render(measured)
console.log(report)
if (!quick) writeFileSync(new URL('../CLIENT.md', import.meta.url), report)
process.exit()

/** Every caller in every round, each round from another one on. */
async function compare(name, scenario) {
  const names = Object.keys(CALLERS).filter((caller) => !(scenario.expires && CALLERS[caller].bare))
  const callers = new Map()
  const rounds = Object.fromEntries(names.map((caller) => [caller, []]))
  for (const caller of names) callers.set(caller, await callerOf(CALLERS[caller], origin))
  for (let round = -1; round < SIZE.rounds; round += 1) {
    process.stderr.write(`bench: ${name}, round ${round + 1} of ${SIZE.rounds}\n`)
    for (const [index] of names.entries()) {
      const caller = names[(index + Math.max(round, 0)) % names.length]
      const figures = await measure(callers.get(caller), scenario)
      // The first round warms up.
      if (round >= 0) rounds[caller].push(figures)
    }
  }
  return rounds
}

async function measure({ call, held }, { together, path, expected, expires }) {
  // Somebody else's rounds may have changed the hour meanwhile.
  if ((await call('/data')) === 401) throw new Error('a caller has no good token')
  const asked = held.asked
  let left = SIZE.calls
  let turns = 0
  let refused = 0
  const work = async () => {
    while (left > 0) {
      left -= 1
      if (expires && left % HOUR === 0) {
        turns += 1
        await (await fetch(`${origin}/turn`)).text()
      }
      const status = await call(path)
      // An hour may end between a renewal and the call after it; one repetition does not help then.
      if (expires && status === 401) refused += 1
      else if (status !== expected) throw new Error(`${status} where ${expected} was expected`)
    }
  }
  const [cpu, start] = [process.cpuUsage(), performance.now()]
  await Promise.all(Array.from({ length: together }, work))
  const { user, system } = process.cpuUsage(cpu)
  return { wall: ((performance.now() - start) * 1000) / SIZE.calls, cpu: (user + system) / SIZE.calls, asked: held.asked - asked, turns, refused }
}

function median(list) {
  const sorted = list.toSorted((one, other) => one - other)
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
}

function render(all) {
  const parts = Object.entries(all).map(([name, rounds]) => `## ${name}\n\n${table(rounds)}`)
  return `# Benchmark results of the client

- Machine: ${describeMachine()}
- Command: \`node bench/client/run.mjs${quick ? ' --quick' : ''}\` (at the root: \`npm run bench:client\`)
- ${SIZE.rounds} interleaved rounds of ${SIZE.calls} calls, each beginning with another caller; all figures are medians over the rounds

A call reads the whole answer of 100 bytes from a server of \`node:http\` in another process on the same machine. "wall" is time by call,
"CPU" that of the caller's process. The ratios are against \`fetch\` (for the interceptor \`undici.request\`) with a fixed token in the same
round, where nothing expires; otherwise against renewal by hand. \`ky\`, \`axios\` and \`oauth4webapi\` have hooks or code that renew a refused token once for
all who wait, written for this benchmark; it looks at the status alone. "renewals" are requests for tokens by expiry, "refused" are calls that
ended with 401 all the same. How far \`fetch by hand\` is from 1.00 where nothing expires is how far noise goes.

${parts.join('\n')}`
}

function table(rounds) {
  const expires = Object.values(rounds)[0].some(({ turns }) => turns > 0)
  const lines = Object.entries(rounds).map(([caller, list]) => {
    const base = rounds[expires ? 'fetch by hand' : CALLERS[caller].of]
    const figure = (name) => median(list.map((one) => one[name])).toFixed(0)
    const ratio = (name) => median(list.map((one, round) => one[name] / base[round][name])).toFixed(2)
    const by = (name) => (list.reduce((sum, one) => sum + one[name], 0) / list.reduce((sum, { turns }) => sum + turns, 0)).toFixed(2)
    const renewals = expires ? ` ${by('asked')} | ${by('refused')} |` : ''
    return `| ${caller} | ${figure('wall')} | ${ratio('wall')} | ${figure('cpu')} | ${ratio('cpu')} |${renewals}`
  })
  const [more, rule] = expires ? [' renewals | refused |', '---:|---:|'] : ['', '']
  return `| caller | wall µs | ratio | CPU µs | ratio |${more}\n|---|---:|---:|---:|---:|${rule}\n${lines.join('\n')}\n`
}

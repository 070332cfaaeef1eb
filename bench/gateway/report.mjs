// Turns what was measured into GATEWAY.md: an honest line for each aim, and a table for each scenario.
const AIM = 0.7
const FLAT = 0.9

export function renderReport({ machine, command, size, cells }) {
  const rows = cells.map((cell) => summarise(cell, cells))
  const titles = new Map(rows.map((row) => [row.scenario, row.title]))
  return [
    '# Benchmark results of the gateway\n',
    `- Machine: ${machine}`,
    `- Command: \`${command}\` (at the root: \`npm run bench:gateway\`)`,
    `- ${size.rounds} interleaved rounds of ${size.seconds} s a cell, 64 connections, wrk with one thread; all figures are medians over the rounds\n`,
    METHOD,
    '## Aims\n',
    '| aim | | measured |',
    '|---|---|---|',
    ...aimsOf(rows),
    '\n## Scenarios\n',
    ...[...titles].flatMap(([scenario, title]) =>
      renderScenario(
        title,
        rows.filter((row) => row.scenario === scenario),
      ),
    ),
  ].join('\n')
}

const METHOD = `"relative" is requests per second against nginx \`proxy_pass\` (one worker, keep-alive) with the same request in the same round; in the
growth tables against the first row. An aim is met only if it is met by CPU time, too. "CPU" is what all processes of the server used, user and system, by request answered, to the
hundredth of a second that Linux counts in. "busy" is CPU time by wall time. The load generator, the server and the upstream (nginx)
share the machine's cores, so with two workers there is no core left for either: that row says only that workers do no harm.

The gateway is \`countersign serve\` with a configuration without tuning: a log line for every request (to a file), the ring of
decisions, metrics. Its peers decide nothing and write no log: \`dispatch\` is node:http with undici and nothing else, the upper bound for any
proxy made of them. \`nginx + auth_request\` asks a guard (\`countersign/node\`) in a process of its own, which is counted in its CPU.
Forward-auth for the gateway itself is not there yet and so not measured. Where the gateway refuses, the peers pass the request on and answer 200.

"First seen": 25 000 tokens in turn, where the gateway remembers 10 000. Fixed token, API key and denials are for the servers that differ.
`

function summarise(cell, all) {
  const base = cell.scenario === 'operations' || cell.scenario === 'keys' ? all.find(({ scenario }) => scenario === cell.scenario) : nginxOf(cell, all)
  const of = (member) => median(cell.windows.map((window) => window[member]))
  const relative = base === undefined ? Number.NaN : median(cell.windows.map((window, round) => window.perSecond / base.windows[round].perSecond))
  const relativeCpu = base === undefined ? Number.NaN : median(cell.windows.map((window, round) => base.windows[round].cpu / window.cpu))
  return { ...cell, relative, relativeCpu, perSecond: of('perSecond'), cpu: of('cpu'), busy: of('busy'), p50: of('p50'), p99: of('p99'), rss: of('rss') }
}

function nginxOf({ scenario }, all) {
  return all.find((other) => other.server === 'nginx' && other.scenario === scenario)
}

function aimsOf(rows) {
  const allowed = rows.filter(({ server, status, scenario }) => server === 'countersign' && status === 200 && scenario !== 'fresh')
  const growing = ['operations', 'keys'].map((scenario) => rows.filter((row) => row.scenario === scenario)).filter(({ length }) => length > 0)
  return [
    ...allowed.map((row) => {
      const bound = rows.find(({ server, scenario }) => server === 'dispatch' && scenario === row.scenario)
      const detail = `${share(row)}; \`dispatch\`, which decides nothing: ${bound === undefined ? '-' : share(bound)}`
      return line(`${row.title}: at least ${AIM.toFixed(2)} of nginx \`proxy_pass\``, row.relative >= AIM && row.relativeCpu >= AIM, detail)
    }),
    ...growing.map((steps) => {
      const flat = steps.every(({ relative, relativeCpu }) => relative >= FLAT && relativeCpu >= FLAT)
      const detail = steps.map((row) => `${row.server}: ${share(row)}`).join('; ')
      return line(`${steps[0].title}: at no size below ${FLAT.toFixed(2)} of what it is with the fewest`, flat, detail)
    }),
  ]
}

function share({ relative, relativeCpu }) {
  return `${relative.toFixed(2)} (${relativeCpu.toFixed(2)} by CPU time)`
}

function line(aim, met, detail) {
  return `| ${aim} | ${met ? 'met' : '**not met**'} | ${detail} |`
}

function renderScenario(title, rows) {
  return [
    `### ${title}\n`,
    '| server | requests/s | relative | CPU µs | p50 ms | p99 ms | busy | RSS MB |',
    '|---|---:|---:|---:|---:|---:|---:|---:|',
    ...rows.map((row) => `| ${row.server.startsWith('countersign') ? `**${row.server}**` : row.server} | ${figures(row).join(' | ')} |`),
    '',
  ]
}

function figures({ perSecond, relative, cpu, p50, p99, busy, rss }) {
  return [perSecond.toFixed(0), relative.toFixed(2), cpu.toFixed(1), p50.toFixed(2), p99.toFixed(2), busy.toFixed(2), (rss / 1e6).toFixed(0)]
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

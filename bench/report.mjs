// Turns what was measured into RESULTS.md: tables, and one honest line for each aim.
import { availableParallelism, cpus, totalmem } from 'node:os'
import { labelOf } from './http.mjs'

const DENIALS = ['none', 'garbage', 'expired', 'scope']

export function describeMachine() {
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  return `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, ${gigabytes} GB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`
}

export function renderReport({ machine, command, size, micro, http }) {
  const cells = http.map((cell) => summarise(cell, http))
  return [
    '# Benchmark results\n',
    `- Machine: ${machine}`,
    `- Command: \`${command}\` (at the root: \`npm run bench\`)`,
    `- ${size.rounds} interleaved rounds of ${size.seconds} s a cell, 16 connections, autocannon; all figures are medians over the rounds\n`,
    METHOD,
    '## Aims\n',
    ...renderAims(verdicts(cells, micro)),
    '\n## Over HTTP\n',
    ...SCENARIO_ORDER.flatMap((scenario) => renderScenario(scenario, cells)),
    '## Single operations\n',
    ...renderMicro(micro),
    '',
  ].join('\n')
}

const METHOD = `"CPU" is what the server's process used, user and system with all its threads, divided by the requests answered.
"relative" is requests per second against the bare server of the same framework, which gets the same request and answers the
same body; on a shared machine it and CPU say more than absolute rates. "busy" is CPU time by wall time: well below 1
means that the load generator or somebody else on the machine was the limit, and CPU is then the figure to trust.

"First-seen": 2 000 different tokens in turn while the guard and \`@fastify/jwt, cache\` remember 64, so each token is forgotten before
it comes again, and the cost of remembering is counted. "Expired": 200 tokens in turn. A 403 is asked for with one valid token
that was seen before. Peers are set up as their README says; those on Express have an error handler that prints nothing, where
the default one would write a stack trace for every denial; \`@fastify/jwt\` has the public key at hand, and \`hono/jwk, keys\` the key set.
`

const SCENARIO_ORDER = ['seen', 'fresh', ...DENIALS]

function summarise(cell, all) {
  const bare = all.find(
    (other) => other.kind === 'bare' && other.framework === cell.framework && other.scenario === (cell.scenario === 'none' ? 'none' : 'seen'),
  )
  const of = (member) => median(cell.windows.map((window) => window[member]))
  return {
    ...cell,
    perSecond: of('perSecond'),
    cpu: of('cpu'),
    busy: of('busy'),
    p50: of('p50'),
    p99: of('p99'),
    rss: of('rss'),
    relative: median(cell.windows.map((window, round) => window.perSecond / bare.windows[round].perSecond)),
    relativeCpu: median(cell.windows.map((window, round) => bare.windows[round].cpu / window.cpu)),
  }
}

function verdicts(cells, micro) {
  const at = (name, scenario) => cells.find((cell) => cell.name === name && cell.scenario === scenario)
  const kept = (name, aim) => {
    const { relative, relativeCpu } = at(name, 'seen')
    const detail = `${relative.toFixed(2)} of the requests per second; by CPU time ${relativeCpu.toFixed(2)}`
    return { aim: `${name}: a token seen before keeps at least ${aim.toFixed(2)} of the bare server`, met: relative >= aim && relativeCpu >= aim, detail }
  }
  const fresh = at('countersign/node', 'fresh').cpu
  const of = (name) => micro.find((entry) => entry.name === name).median
  const ratio = of('RS256: bearerJwt verify, first-seen') / of('RS256: node:crypto verify alone')
  return [
    kept('countersign/node', 0.9),
    kept('countersign/express', 0.97),
    ...DENIALS.map((scenario) => cheapDenial(at('countersign/node', scenario))),
    ...DENIALS.map((scenario) => fasterThanPeers(cells.filter((cell) => cell.scenario === scenario))),
    { aim: 'first-seen RS256 token: `verify` at most 1.25 times node:crypto alone', met: ratio <= 1.25, detail: ratio.toFixed(2) },
    { aim: 'first-seen RS256 token on node:http: at most 60 µs CPU for the whole request', met: fresh <= 60, detail: `${fresh.toFixed(1)} µs` },
  ]
}

function cheapDenial({ scenario, cpu }) {
  return { aim: `${labelOf(scenario)}: at most 30 µs CPU on node:http`, met: cpu <= 30, detail: `${cpu.toFixed(1)} µs` }
}

/** By CPU time a request, on each framework that has peers: the rates depend on who else uses the machine. */
function fasterThanPeers(cells) {
  const pairs = cells
    .filter((cell) => cell.kind === 'guard')
    .map((own) => ({ own, best: cells.filter((cell) => cell.kind === 'peer' && cell.framework === own.framework).toSorted((a, b) => a.cpu - b.cpu)[0] }))
    .filter(({ best }) => best !== undefined)
  return {
    aim: `${labelOf(cells[0].scenario)}: less CPU than every peer on the same framework`,
    met: pairs.every(({ own, best }) => own.cpu < best.cpu),
    detail: pairs.map(({ own, best }) => `${own.framework} ${own.cpu.toFixed(0)} against ${best.cpu.toFixed(0)} µs (${best.name})`).join('; '),
  }
}

function renderAims(list) {
  return ['| aim | | measured |', '|---|---|---|', ...list.map(({ aim, met, detail }) => `| ${aim} | ${met ? 'met' : '**not met**'} | ${detail} |`)]
}

function renderScenario(scenario, cells) {
  const rows = cells.filter((cell) => cell.scenario === scenario)
  return [
    `### ${labelOf(scenario)}\n`,
    '| server | on | requests/s | relative | CPU µs | p50 ms | p99 ms | busy | RSS MB |',
    '|---|---|---:|---:|---:|---:|---:|---:|---:|',
    ...rows.map((row) => `| ${row.kind === 'peer' ? row.name : `**${row.name}**`} | ${row.framework} | ${figures(row).join(' | ')} |`),
    '',
  ]
}

function figures(row) {
  return [
    row.perSecond.toFixed(0),
    row.relative.toFixed(2),
    row.cpu.toFixed(1),
    row.p50.toFixed(2),
    row.p99.toFixed(2),
    row.busy.toFixed(2),
    (row.rss / 1e6).toFixed(0),
  ]
}

function renderMicro(micro) {
  return [
    '| operation | CPU ns, best | CPU ns, median |',
    '|---|---:|---:|',
    ...micro.map(({ name, best, median: middle }) => `| ${name} | ${best.toFixed(0)} | ${middle.toFixed(0)} |`),
  ]
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

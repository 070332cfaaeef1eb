// `npm run bench:gateway` at the root: builds, then runs this. It needs Linux, wrk and nginx (Debian: `apt-get install wrk nginx-light`)
// and takes about fifteen minutes, `--quick` two; `--json` prints what was measured, `--scenarios=seen,none` and `--servers=nginx,countersign` choose,
// `--profile=<folder>` writes a CPU profile of the gateway, `--against=<folder>`
// measures that of another, built checkout as `countersign (before)`. Only a full run writes GATEWAY.md.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { installOnce } from '../install.mjs'

const FULL = { rounds: 5, seconds: 2 }
const QUICK = { rounds: 1, seconds: 1 }

const options = readArguments(process.argv.slice(2))
const log = (text) => void process.stderr.write(`bench: ${text}\n`)

prepare()
const { compare } = await import('./compare.mjs')
const { describeMachine } = await import('../report.mjs')
const { renderReport } = await import('./report.mjs')
const size = { ...(options.quick ? QUICK : FULL), ...(options.rounds === undefined ? {} : { rounds: Number(options.rounds) }) }
const machine = `${describeMachine()}, ${versionOf('nginx', '-v')}, ${versionOf('wrk', '-v')}`
const command = ['node bench/gateway/run.mjs', ...process.argv.slice(2)].join(' ')
const cells = await compare({
  ...size,
  only: { scenarios: options.scenarios?.split(','), servers: options.servers?.split(',') },
  profile: options.profile,
  against: options.against,
  log,
})
const report = renderReport({ machine, command, size, cells })
console.log(options.json ? JSON.stringify({ machine, command, size, cells }, undefined, 2) : report)
if (!options.quick && options.scenarios === undefined && options.servers === undefined && options.profile === undefined) {
  writeFileSync(new URL('../GATEWAY.md', import.meta.url), report)
  log('wrote bench/GATEWAY.md')
}

function readArguments(given) {
  const read = {}
  for (const argument of given) {
    const [, name, value] = /^--(quick|json|scenarios|servers|rounds|profile|against)(?:=(.+))?$/.exec(argument) ?? []
    if (name === undefined) {
      console.error(
        `bench: unknown argument \`${argument}\`; use --quick, --json, --rounds=<number>, --scenarios=<keys>, --servers=<names>, --profile=<folder> or --against=<folder>`,
      )
      process.exit(2)
    }
    read[name] = value ?? true
  }
  return read
}

function prepare() {
  for (const program of ['wrk', 'nginx']) {
    if (spawnSync(program, ['-v']).error === undefined) continue
    console.error(`bench: \`${program}\` is not installed; on Debian: apt-get install wrk nginx-light`)
    process.exit(2)
  }
  installOnce(log)
}

function versionOf(program, flag) {
  const { stdout, stderr } = spawnSync(program, [flag], { encoding: 'utf8' })
  return /(?:nginx\/|wrk )\S+/.exec(stdout + stderr)?.[0].replace('/', ' ') ?? program
}

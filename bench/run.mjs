// `npm run bench` at the root: builds, then runs this. It takes about nine minutes, `--quick` two; `--json` prints what was measured,
// `--only=hono,express-jwt` leaves the other peers out. Only a full run writes RESULTS.md.
import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { installOnce } from './install.mjs'

const FULL = { rounds: 3, seconds: 1.5, microRounds: 15 }
const QUICK = { rounds: 1, seconds: 0.5, microRounds: 3 }

const options = readArguments(process.argv.slice(2))
const log = (text) => void process.stderr.write(`bench: ${text}\n`)

installOnce(log)
const { compareServers } = await import('./http.mjs')
const { describeMachine, renderReport } = await import('./report.mjs')
const size = options.quick ? QUICK : FULL
const machine = describeMachine()
log('single operations')
const micro = await measureMicro(size.microRounds)
const http = await compareServers({ ...size, only: options.only, log })
const command = `node bench/run.mjs${options.quick ? ' --quick' : ''}${options.only === undefined ? '' : ` --only=${options.only.join(',')}`}`
const report = renderReport({ machine, command, size, micro, http })
if (options.json) console.log(JSON.stringify({ machine, command, size, micro, http }, undefined, 2))
else console.log(report)
if (!options.quick && options.only === undefined) {
  writeFileSync(new URL('RESULTS.md', import.meta.url), report)
  log('wrote bench/RESULTS.md')
}

function readArguments(given) {
  const read = { quick: false, json: false, only: undefined }
  for (const argument of given) {
    if (argument === '--quick' || argument === '--json') read[argument.slice(2)] = true
    else if (argument.startsWith('--only=')) read.only = argument.slice('--only='.length).split(',')
    else {
      console.error(`bench: unknown argument \`${argument}\`; use --quick, --json or --only=<parts of names>`)
      process.exit(2)
    }
  }
  return read
}

/** In a process of its own, so that neither side warms or crowds the other. */
function measureMicro(rounds) {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('micro.mjs', import.meta.url), [String(rounds)])
    child.once('message', resolve)
    child.once('exit', (code) => void (code === 0 || reject(new Error(`micro.mjs ended with ${code}`))))
  })
}

// `npm run test:mcp`: the client authorization scenarios of the MCP project's own conformance package, through our
// client. The package listens on all interfaces, so everything runs in a network namespace that has loopback only.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { networkInterfaces } from 'node:os'
import { dirname, join } from 'node:path'
import process, { argv, execPath, getuid } from 'node:process'
import { fileURLToPath } from 'node:url'
import { SCENARIOS } from './scenarios.ts'

const INSIDE = '--inside'
/** The status of scenarios that failed, told from every status of `unshare` and `sh`. */
const FAILED = 3
const SELF = fileURLToPath(import.meta.url)
const CLIENT = join(dirname(SELF), 'client.js')
const PROGRAM = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/dist/index.js')

/** Starts this program again where nothing but loopback can be reached. */
function enter(): number {
  const asRoot = getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  const command = ['ip link set lo up', 'exec "$0" "$@"'].join(' && ')
  const { status, error } = spawnSync('unshare', [...asRoot, '--net', '--', 'sh', '-c', command, execPath, SELF, INSIDE], { stdio: 'inherit' })
  if (status === 0 || status === FAILED) return status
  console.error(
    `test:mcp: no network namespace with loopback only (${error?.message ?? `unshare ended with ${status}`}). The conformance package listens on all ` +
      'interfaces, so nothing was run. It takes Linux with `unshare` and `ip`, and permission to make namespaces.',
  )
  return 2
}

function runAll(): number {
  const others = Object.entries(networkInterfaces()).filter(([, addresses = []]) => addresses.some(({ internal }) => !internal))
  if (others.length > 0) throw new Error(`not in a namespace of its own: there is ${others.map(([name]) => name).join(', ')}`)
  const listed = listScenarios()
  const problems = [...SCENARIOS.filter((name) => !listed.includes(name)), ...listed.filter((name) => !SCENARIOS.includes(name))]
  for (const name of problems) console.error(`${name}: stands in one of the lists only, that of the package or scenarios.ts`)
  const failed = SCENARIOS.filter((name) => !passes(name)).length + problems.length
  console.log(`${SCENARIOS.length + problems.length - failed} passed, ${failed} failed`)
  return failed === 0 ? 0 : FAILED
}

function conformance(args: readonly string[]): { readonly ok: boolean; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(execPath, [PROGRAM, ...args], { encoding: 'utf8', timeout: 60_000, stdio: ['ignore', 'pipe', 'pipe'] })
  return { ok: status === 0, text: `${stdout}${stderr}` }
}

function listScenarios(): readonly string[] {
  const { text } = conformance(['list', '--client'])
  return [...text.matchAll(/^ *- (auth\/\S+)/gm)].map(([, name = '']) => name)
}

/** Whether a scenario passes: a warning, an error of the client and a run without checks are failures as well. */
function passes(name: string): boolean {
  const { ok, text } = conformance(['client', '--command', `${execPath} ${CLIENT}`, '--scenario', name])
  const [, good = '0', all = '0', warnings = '0'] = /Passed: (\d+)\/(\d+), \d+ failed, (\d+) warnings/.exec(text) ?? []
  const passed = ok && good === all && Number(all) > 0 && warnings === '0'
  console.log(`${passed ? 'passed' : 'FAILED'} ${name} (${good} of ${all} checks, ${warnings} warnings)`)
  if (!passed) console.error(text)
  return passed
}

process.exitCode = argv[2] === INSIDE ? runAll() : enter()

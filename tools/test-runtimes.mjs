// `npm run test:runtimes`: runs the tests of the store, and those of the guard, the gateway and the client over sockets,
// under later versions of Node, where the store uses the SQLite that is built in; and the essentials of the client also
// under Deno and Bun. The versions are packages with a binary for Linux on x64; they are no dependency of the workspace
// and are installed in runtimes/ on first use.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runEssentials } from './client-runtimes.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const FOLDER = join(ROOT, 'runtimes')
const REPORT = join(ROOT, '.cache', 'runtimes.json')
const FILES = [
  'packages/gateway/test/store',
  'packages/gateway/test/gateway.test.ts',
  'packages/gateway/test/proxy/forward.test.ts',
  'packages/cli/test/serve.test.ts',
  'packages/guard/test/adapters.test.ts',
  'packages/client/test',
]

// What the store would use, said by the driver's own choice.
const BUILT_IN = "process.stdout.write(process.version + ' ' + typeof process.getBuiltinModule('node:sqlite')?.DatabaseSync)"

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error(`test:runtimes: there are binaries for Linux on x64 only, and this is ${process.platform} on ${process.arch}`)
  process.exit(2)
}
if (!existsSync(join(FOLDER, 'node_modules/.package-lock.json'))) {
  console.error('test:runtimes: installs the versions of Node: npm ci --ignore-scripts --prefix runtimes')
  execFileSync('npm', ['ci', '--ignore-scripts', '--prefix', FOLDER], { stdio: ['ignore', 'ignore', 'inherit'], cwd: FOLDER })
}
const { dependencies } = JSON.parse(readFileSync(join(FOLDER, 'package.json'), 'utf8'))
const nodes = Object.entries(dependencies).filter(([name]) => name.startsWith('node-'))
const results = nodes.map(([name, version]) => run(name, version.split('@').at(-1)))
for (const [name, version] of Object.entries(dependencies)) results.push(await runEssentials(join(FOLDER, 'node_modules', name), version.split('@').at(-1)))
const sum = (member) => results.reduce((total, result) => total + result[member], 0)
console.log('chromium: not run; the client was tried there by hand, and no test depends on a browser that is installed by hand')
console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('notRun')} not run, besides Chromium`)
process.exitCode = sum('failed') === 0 ? 0 : 1

function run(name, version) {
  const node = join(FOLDER, 'node_modules', name, 'bin/node')
  const found = execFileSync(node, ['--no-warnings', '-e', BUILT_IN], { encoding: 'utf8' })
  // Anything else would test what `npm test` tests.
  if (found !== `v${version} function`) throw new Error(`${node} is \`${found}\`; expected is \`v${version}\` with a built-in SQLite`)
  mkdirSync(join(ROOT, '.cache'), { recursive: true })
  rmSync(REPORT, { force: true })
  const vitest = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`]
  // Workers and child processes of the tests are started with the same binary (`process.execPath`).
  spawnSync(node, [...vitest, ...FILES, ...process.argv.slice(2)], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NODE_ENV: 'test' },
  })
  const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, success = false } = existsSync(REPORT) ? JSON.parse(readFileSync(REPORT, 'utf8')) : {}
  // A file that does not load has no tests that could fail, and a run of nothing proves nothing.
  const failed = numFailedTests === 0 && (!success || numPassedTests === 0) ? 1 : numFailedTests
  console.log(`Node ${version}: ${numPassedTests} passed, ${failed} failed, ${numPendingTests} not run\n`)
  return { passed: numPassedTests, failed, notRun: numPendingTests }
}

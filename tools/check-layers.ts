// A layer that nobody checks is a wish. The usual tool for this prints "no violations" after reading nothing
// under TypeScript 7, so this one parses every file itself and fails if it finds none.
import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { checkCoreCode, checkStatuses } from './check-code.ts'
import { filesBelow, foldersIn, isSource, isTest, manifestOf, workspacesOf, type Manifest } from './files.ts'
import { finish, isMain, type Finding } from './finish.ts'
import { importsOf, type Import } from './imports.ts'
import { CORE_ORDER, CORE_TYPE_CYCLES, DOORS, FRAMEWORKS, LAYERS, OPTIONAL_PEERS, RUNNING_ADAPTERS, type Layer } from './layers.ts'
import { parse } from './parse.ts'

interface Source {
  readonly root: string
  readonly path: string
  /** The folder whose package.json counts, `packages/core`, or `.` for what belongs to the workspace itself. */
  readonly home: string
  readonly manifest: Manifest
  readonly workspace: ReadonlySet<string>
}

/** Holds every import below a root against the table. */
export function checkLayers(root: string): Finding {
  const paths = [
    ...foldersIn(root, 'packages').flatMap((name) => filesBelow(root, `packages/${name}/src`)),
    ...['examples', 'conformance', 'bench'].flatMap((folder) => filesBelow(root, folder)),
  ].filter(isSource)
  const names = new Set(workspacesOf(root).flatMap((folder) => manifestOf(root, folder)?.name ?? []))
  const problems: string[] = emptyPackages(root)
  let imports = 0
  for (const path of paths) {
    const home = homeOf(root, path)
    const source = { root, path, home, manifest: manifestOf(root, home) ?? {}, workspace: names }
    const seen = checkFile(source)
    imports += seen.imports
    problems.push(...seen.problems)
  }
  return { problems, looked: { files: paths.length, imports, 'package files': paths.filter((path) => path.startsWith('packages/')).length } }
}

/** A package without sources would pass every check. */
function emptyPackages(root: string): string[] {
  const empty = foldersIn(root, 'packages').filter((name) => filesBelow(root, `packages/${name}/src`).filter(isSource).length === 0)
  return empty.map((name) => `packages/${name}: no source files below src`)
}

/** The nearest folder above a file with a package.json. */
function homeOf(root: string, path: string): string {
  const folder = posix.dirname(path)
  return folder === '.' || manifestOf(root, folder) !== undefined ? folder : homeOf(root, folder)
}

function checkFile(source: Source): { problems: string[]; imports: number } {
  const { root, path } = source
  const text = readFileSync(join(root, path), 'utf8')
  const parsed = parse(path, text)
  const imports = importsOf(text, parsed)
  const problems = parsed.errors.map((error) => `${path}: does not parse: ${error}`)
  for (const one of imports) problems.push(...checkImport(source, one).map((problem) => `${path}:${one.line}: ${problem}`))
  if (path.startsWith('packages/') && !isTest(path)) {
    problems.push(...checkStatuses(path, text, parsed))
    if (path.startsWith('packages/core/')) problems.push(...checkCoreCode(path, text, parsed), ...checkKnown(path))
  }
  return { problems, imports: imports.length }
}

function checkImport(source: Source, one: Import): string[] {
  if (one.to === undefined) return isTest(source.path) ? [] : ['imports something computed, which no check can follow']
  const relative = one.to.startsWith('.')
  const outside = relative ? checkRelative(source, one.to) : checkPackage(source, one, one.to)
  if (outside.length > 0 || isTest(source.path)) return outside
  if (source.home === 'packages/core' && relative) return checkOrder(source, one, one.to)
  if (source.home === 'packages/guard' && relative) return checkAdapters(source, one.to)
  return []
}

/** A relative import stays at home; tests may also read shared files such as the vectors. */
function checkRelative({ path, home }: Source, to: string): string[] {
  const target = posix.join(posix.dirname(path), to)
  if (home !== '.' && target.startsWith(`${home}/`)) return []
  if (target.startsWith('packages/')) return [`reaches into \`${target}\` by path; import the package by its name`]
  return isMember(home) && !isTest(path) ? [`leaves its package for \`${target}\``] : []
}

/** Conformance, benchmarks and tools are no packages: they belong to the workspace, which links every member. */
function isMember(home: string): boolean {
  return home.startsWith('packages/') || home.startsWith('examples/')
}

function checkPackage(source: Source, one: Import, to: string): string[] {
  if (to.startsWith('#')) return source.manifest.imports?.[to] === undefined ? [`\`${to}\` is no entry of \`imports\` in ${source.home}/package.json`] : []
  const name = packageName(to)
  if (DOORS.includes(name)) return [`imports \`${name}\`, which nobody may import`]
  if (name === source.manifest.name && source.home.startsWith('packages/')) return [`imports its own package as \`${to}\`; use a relative path`]
  const listed = checkListed(source, one, to)
  if (listed !== undefined) return [listed]
  const folder = /^packages\/([^/]+)$/.exec(source.home)?.[1]
  return folder === undefined || isTest(source.path) ? [] : checkTable(source, one, folder)
}

function packageName(to: string): string {
  return to
    .split('/')
    .slice(0, to.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Whether the importing package's own package.json names what it imports. */
function checkListed(source: Source, one: Import, to: string): string | undefined {
  if (to.startsWith('node:')) return undefined
  const { root, path, home, manifest, workspace } = source
  const name = packageName(to)
  const development = { ...manifest.devDependencies, ...(isTest(path) ? manifestOf(root, '.')?.devDependencies : {}) }
  const shipped = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies }
  const all: Readonly<Record<string, string>> = home.startsWith('packages/') && !isTest(path) ? shipped : { ...shipped, ...development }
  const types = `@types/${name.replace(/^@/, '').replace('/', '__')}`
  if (name in all || (one.typeOnly && types in all)) return undefined
  if (!isMember(home) && workspace.has(name)) return undefined
  return `\`${name}\` is not listed in ${home}/package.json`
}

function checkTable(source: Source, one: Import, folder: string): string[] {
  const to = one.to ?? ''
  const name = packageName(to)
  const layer = LAYERS[folder]
  if (layer === undefined) return [`package \`${folder}\` has no line in tools/layers.ts; say what it may import`]
  if (layer.never?.includes(name) === true) return [`${folder} must never import \`${name}\``]
  const subpath = layer.folders?.[source.path.slice(`packages/${folder}/src/`.length).split('/')[0] ?? '']
  if (subpath?.values.includes(name) === true) return []
  if (to.startsWith('node:')) return layer.node || subpath?.node === true ? [] : [`${folder} must not import \`${to}\``]
  if (layer.values.includes(name) || isThirdParty(source, layer, name)) return []
  if (layer.types?.includes(name) === true) return one.typeOnly ? [] : [`${folder} may import types of \`${name}\` only; write \`import type\``]
  return folder === 'guard' ? checkGuardPeer(source, one, name) : [`${folder} must not import \`${name}\``]
}

function isThirdParty({ workspace }: Source, layer: Layer, name: string): boolean {
  return layer.listed && !workspace.has(name) && name !== 'countersign' && !name.startsWith('@countersign/')
}

/** In adapters the types of the adapter's own framework; in `passwords` its optional peer. */
function checkGuardPeer({ path }: Source, one: Import, name: string): string[] {
  const [folder = '', ...rest] = path.slice('packages/guard/src/'.length).split('/')
  if (rest.length > 0 && OPTIONAL_PEERS[folder]?.includes(name) === true) return []
  const stem = stemOf(rest[0] ?? '')
  if (folder !== 'adapters' || FRAMEWORKS[stem]?.includes(name) !== true) return [`guard must not import \`${name}\` here`]
  if (one.typeOnly || RUNNING_ADAPTERS.includes(stem)) return []
  return [`adapters import types of \`${name}\` only; write \`import type\``]
}

/** The first word of an adapter's file or folder name: `node` of node-request.ts. */
function stemOf(file: string): string {
  return /^[a-z0-9]+/.exec(file)?.[0] ?? ''
}

/**
 * No file in `adapters` imports the adapter of another framework. `node` and `fetch` are what the others build
 * on, and a file named after no framework is shared; neither may import a framework itself.
 */
function checkAdapters({ path }: Source, to: string): string[] {
  const adapters = 'packages/guard/src/adapters/'
  const target = posix.join(posix.dirname(path), to)
  if (!path.startsWith(adapters) || !target.startsWith(adapters)) return []
  const own = stemOf(path.slice(adapters.length))
  const other = stemOf(target.slice(adapters.length))
  return own === other || FRAMEWORKS[other] === undefined ? [] : [`adapter \`${own}\` must not import adapter \`${other}\``]
}

function checkOrder({ path }: Source, one: Import, to: string): string[] {
  const own = posix.basename(path).replace(/\.ts$/, '')
  const other = posix.basename(to).replace(/\.[jt]s$/, '')
  if (CORE_ORDER.indexOf(other) < CORE_ORDER.indexOf(own) && CORE_ORDER.includes(other)) return []
  if (CORE_TYPE_CYCLES.includes(own) && CORE_TYPE_CYCLES.includes(other) && one.typeOnly) return []
  return [`core's \`${own}\` must not import \`${other}\`: the order is ${CORE_ORDER.join(', ')}`]
}

function checkKnown(path: string): string[] {
  const name = path.slice('packages/core/src/'.length).replace(/\.ts$/, '')
  return CORE_ORDER.includes(name) ? [] : [`${path}: not in the order of core's modules in tools/layers.ts; give it a place`]
}

if (isMain(import.meta.url)) finish('layers', checkLayers(process.argv[2] ?? process.cwd()))

// Every check reads the tree the same way: sorted, without what was built or installed, so that two runs
// and two machines see the same files.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

const NEVER = new Set(['node_modules', 'dist', '.git', '.cache', 'coverage'])

/** The files below a folder, as paths relative to the root with `/`, sorted; nothing if the folder does not exist. */
export function filesBelow(root: string, folder: string): string[] {
  const start = join(root, folder)
  if (!existsSync(start)) return []
  const found: string[] = []
  for (const entry of readdirSync(start, { withFileTypes: true })) {
    const path = join(start, entry.name)
    if (entry.isDirectory() && !NEVER.has(entry.name)) found.push(...filesBelow(root, relative(root, path)))
    else if (entry.isFile()) found.push(relative(root, path).split(sep).join('/'))
  }
  return found.sort()
}

/** The folders directly inside a folder, by name, sorted. */
export function foldersIn(root: string, folder: string): string[] {
  const start = join(root, folder)
  if (!existsSync(start)) return []
  const entries = readdirSync(start, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory() && !NEVER.has(entry.name))
    .map((entry) => entry.name)
    .sort()
}

/** As much of a package.json as the checks look at. */
export interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly private?: boolean
  readonly workspaces?: readonly string[]
  readonly bin?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, unknown>>
  readonly imports?: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** The manifest of a folder, if it has one. */
export function manifestOf(root: string, folder: string): Manifest | undefined {
  const path = join(root, folder, 'package.json')
  // JSON.parse answers `any`; the file is ours, and a wrong member is found by npm before it is found here.
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Manifest) : undefined
}

/** The folders of all workspaces, `packages/core` and so on. */
export function workspacesOf(root: string): string[] {
  return ['packages', 'examples'].flatMap((parent) => foldersIn(root, parent).map((name) => `${parent}/${name}`)).filter((folder) => manifestOf(root, folder))
}

export function isTest(path: string): boolean {
  return /\.test(-d)?\.[cm]?[jt]sx?$/.test(path)
}

export function isSource(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path) && !/\.d\.[cm]?ts$/.test(path)
}

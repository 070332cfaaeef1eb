// `npm ci` stops on a lockfile that lacks the entry of an optional binary, which happens when a tool was locked
// on the day it was published; and a lockfile with addresses binds everybody to one registry. Both are found here.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { manifestOf, workspacesOf } from './files.ts'
import { finish, isMain, type Finding } from './finish.ts'

interface Entry {
  readonly resolved?: string
  readonly link?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
}

interface Lockfile {
  readonly packages?: Readonly<Record<string, Entry>>
}

export function checkLockfile(root: string): Finding {
  const path = join(root, 'package-lock.json')
  const lock = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Lockfile) : {}
  const entries = Object.entries(lock.packages ?? {})
  const names = entries.flatMap(([at, entry]) => Object.keys(entry.optionalDependencies ?? {}).map((name) => ({ at, name })))
  const missing = names.filter(({ at, name }) => !isLocked(lock, at, name))
  const addressed = entries.filter(([, { resolved }]) => resolved?.includes(':') === true)
  return {
    problems: [
      ...missing.map(({ at, name }) => `package-lock.json: optional \`${name}\` of \`${at}\` has no entry; pin a version that is some weeks old`),
      ...addressed.map(([at]) => `package-lock.json: \`${at}\` names the host it came from; keep \`omit-lockfile-registry-resolved=true\` in .npmrc`),
      ...checkNpmrc(root),
      ...checkPins(root),
    ],
    looked: { entries: entries.length, 'optional names': names.length },
  }
}

/** Where Node would look: in the package itself, then in every folder above it. */
function isLocked({ packages = {} }: Lockfile, at: string, name: string): boolean {
  const folders = at === '' ? [] : at.split('/node_modules/').map((_, index, all) => all.slice(0, index + 1).join('/node_modules/'))
  return ['', ...folders].some((folder) => `${folder === '' ? '' : `${folder}/`}node_modules/${name}` in packages)
}

/** A registry in .npmrc would be the choice of one machine, made for all. */
function checkNpmrc(root: string): string[] {
  const path = join(root, '.npmrc')
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const lines = text.split('\n').filter((line) => /^\s*(@[^:]+:)?registry\s*=|:\/\//.test(line))
  return [
    ...lines.map(() => '.npmrc: names a registry; that is the choice of each machine'),
    ...(/^omit-lockfile-registry-resolved=true$/m.test(text) ? [] : ['.npmrc: `omit-lockfile-registry-resolved=true` is missing']),
  ]
}

/** Ranges belong to peers; what we install is one version. */
function checkPins(root: string): string[] {
  return ['.', ...workspacesOf(root)].flatMap((folder) => {
    const { dependencies, devDependencies, optionalDependencies } = manifestOf(root, folder) ?? {}
    const all = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
    const loose = all.filter(([, version]) => !/^(npm:(@[^/]+\/)?[^@]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    return loose.map(([name, version]) => `${folder}/package.json: \`${name}\` is \`${version}\`; pin one version`)
  })
}

if (isMain(import.meta.url)) finish('lockfile', checkLockfile(process.argv[2] ?? process.cwd()))

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkLockfile } from './check-lockfile.ts'
import { problemsOf } from './finish.ts'

const NPMRC = 'omit-lockfile-registry-resolved=true\n'
const GOOD = {
  '': { optionalDependencies: { fast: '1.0.0' } },
  'node_modules/fast': {},
  'packages/a': { optionalDependencies: { near: '1.0.0' } },
  'packages/a/node_modules/near': { optionalDependencies: { fast: '1.0.0' } },
  'node_modules/a': { resolved: 'packages/a', link: true },
}

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lock-'))
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

function problems(packages: object, npmrc = NPMRC, manifest: object = {}): string[] {
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }))
  writeFileSync(join(root, '.npmrc'), npmrc)
  writeFileSync(join(root, 'package.json'), JSON.stringify(manifest))
  return problemsOf(checkLockfile(root))
}

test('a complete lockfile passes', () => {
  expect(problems(GOOD, NPMRC, { dependencies: { fast: '1.0.0', old: 'npm:fast@0.9.0' } })).toEqual([])
})

test('an optional name without an entry is reported', () => {
  expect(problems({ ...GOOD, 'node_modules/tool': { optionalDependencies: { '@tool/linux': '1.0.0' } } })).toEqual([
    expect.stringContaining('optional `@tool/linux` of `node_modules/tool` has no entry'),
  ])
})

test('an address in the lockfile or in .npmrc is reported', () => {
  expect(problems({ ...GOOD, 'node_modules/x': { resolved: 'https://host.example/x.tgz' } })).toHaveLength(1)
  expect(problems(GOOD, `${NPMRC}registry=https://host.example/\n`)).toHaveLength(1)
  expect(problems(GOOD, '')).toHaveLength(1)
})

test('a range is reported', () => {
  expect(problems(GOOD, NPMRC, { devDependencies: { fast: '^1.0.0' } })).toEqual(['./package.json: `fast` is `^1.0.0`; pin one version'])
})

test('an empty lockfile fails', () => {
  expect(problems({})).toHaveLength(2)
})

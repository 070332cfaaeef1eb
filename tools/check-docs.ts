// Every snippet that we show compiles against the sources as they are now, and every import path and relative
// link in the documentation exists. A snippet that does not compile costs its first reader more than no snippet.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { filesBelow, foldersIn, isSource, isTest, manifestOf, workspacesOf } from './files.ts'
import { finish, isMain, type Finding } from './finish.ts'
import { importsIn } from './imports.ts'
import { checkLinks } from './links.ts'
import { snippetsInMarkdown, snippetsInSource, type Snippet } from './snippets.ts'

const CACHE = '.cache/docs'
const FIXTURES = 'docs/fixtures'

/** Checks the documentation below a root. */
export function checkDocs(root: string): Finding {
  const pages = markdownOf(root)
  const { snippets, problems } = collect(root, pages)
  const checked = snippets.filter((snippet) => snippet.unchecked === undefined)
  for (const { path, line, unchecked } of snippets) {
    if (unchecked === '') problems.push(`${path}:${line - 1}: \`no-check\` needs a reason behind it`)
    else if (unchecked !== undefined) console.log(`not checked: ${path}:${line - 1}: ${unchecked}`)
  }
  const links = pages.map((path) => checkLinks(root, path))
  problems.push(...links.flatMap((one) => one.problems), ...checkPaths(root, snippets), ...checkSpans(root, pages))
  if (checked.length > 0) problems.push(...compile(root, checked))
  // Unchecked blocks are counted in the closing line only where there are some; none is what we aim at.
  const unchecked = snippets.length - checked.length
  return { problems, looked: { pages: pages.length, snippets: checked.length, ...(unchecked === 0 ? {} : { 'unchecked snippets': unchecked }) } }
}

/** All Markdown that we ship or show; the generated reference is checked by what generates it. */
function markdownOf(root: string): string[] {
  const top = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].filter((path) => existsSync(join(root, path)))
  const packages = foldersIn(root, 'packages').map((name) => `packages/${name}/README.md`)
  const below = [...filesBelow(root, 'docs'), ...filesBelow(root, 'examples')].filter((path) => path.endsWith('.md') && !path.startsWith('docs/reference/'))
  return [...top, ...packages.filter((path) => existsSync(join(root, path))), ...below]
}

function collect(root: string, pages: readonly string[]): { snippets: Snippet[]; problems: string[] } {
  const found = pages.map((path) => snippetsInMarkdown(path, readFileSync(join(root, path), 'utf8')))
  const sources = foldersIn(root, 'packages')
    .flatMap((name) => filesBelow(root, `packages/${name}/src`))
    .filter((path) => isSource(path) && !isTest(path))
  const examples = sources.flatMap((path) => snippetsInSource(path, readFileSync(join(root, path), 'utf8')))
  return { snippets: [...found.flatMap((one) => one.snippets), ...examples], problems: found.flatMap((one) => one.problems) }
}

/** Import paths of snippets, unchecked ones included, that no `exports` has. */
function checkPaths(root: string, snippets: readonly Snippet[]): string[] {
  const known = exportedPaths(root)
  return snippets.flatMap(({ path, line, code }) =>
    importsIn('snippet.ts', code)
      .filter(({ to }) => to !== undefined && isOurs(to) && !known.has(to))
      .map(({ to, line: at }) => `${path}:${line + at - 1}: \`${to}\` is not exported by any package`),
  )
}

/** `countersign/express` and the like in running text. */
function checkSpans(root: string, pages: readonly string[]): string[] {
  const known = exportedPaths(root)
  const packages = workspacesOf(root).flatMap((folder) => manifestOf(root, folder)?.name ?? [])
  return pages.flatMap((path) => {
    const spans = [...readFileSync(join(root, path), 'utf8').matchAll(/`((?:@countersign\/[a-z-]+|countersign)\/[a-z][a-z/-]*)`/g)].map(([, span = '']) => span)
    const missing = spans.filter((span) => !known.has(span) && packages.some((name) => span.startsWith(`${name}/`)))
    return missing.map((span) => `${path}: \`${span}\` is not exported by any package`)
  })
}

function isOurs(to: string): boolean {
  return /^(@countersign\/|countersign($|\/))/.test(to)
}

function exportedPaths(root: string): ReadonlySet<string> {
  const all = workspacesOf(root).map((folder) => manifestOf(root, folder))
  return new Set(all.flatMap((manifest) => Object.keys(manifest?.exports ?? {}).map((path) => path.replace(/^\./, manifest?.name ?? ''))))
}

const TSCONFIG = {
  extends: '../../tsconfig.base.json',
  compilerOptions: {
    composite: false,
    declaration: false,
    declarationMap: false,
    sourceMap: false,
    noEmit: true,
    // A snippet shows one thing; what it does not use again is no mistake.
    noUnusedLocals: false,
    noUnusedParameters: false,
    // Nest's handlers take their arguments from parameter decorators, which only the old ones can be.
    experimentalDecorators: true,
    lib: ['es2023', 'dom'],
    types: ['node'],
  },
  include: ['**/*.ts'],
}

/** Writes each snippet as a module beside the fixtures and compiles them in one run. */
function compile(root: string, snippets: readonly Snippet[]): string[] {
  const folder = join(root, CACHE)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  if (existsSync(join(root, FIXTURES))) cpSync(join(root, FIXTURES), folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG, null, 2))
  // The last line makes a module of a snippet without imports, so that names of two snippets do not meet.
  for (const [index, { code }] of snippets.entries()) writeFileSync(join(folder, `snippet-${index}.ts`), `${code}\nexport {}\n`)
  const run = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false'], { cwd: root, encoding: 'utf8' })
  if (run.status === 0) return []
  const output = `${run.stdout}${run.stderr}`
  const errors = output.split('\n').filter((line) => /error TS\d+/.test(line))
  return errors.length === 0 ? [`tsc failed: ${output}`] : errors.map((line) => atOrigin(line, snippets))
}

/** An error of the compiler, at the line of the document. */
function atOrigin(error: string, snippets: readonly Snippet[]): string {
  const [, index, line, rest] = /snippet-(\d+)\.ts\((\d+),\d+\): (.*)$/.exec(error) ?? []
  const snippet = snippets[Number(index)]
  return snippet === undefined ? error : `${snippet.path}:${snippet.line + Number(line) - 1}: ${rest}`
}

if (isMain(import.meta.url)) finish('docs', checkDocs(process.argv[2] ?? process.cwd()))

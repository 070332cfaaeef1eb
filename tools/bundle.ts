// Sizes that nobody asserts only grow. The bundle is what an application's bundler would make of an entry.
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

export interface Budget {
  readonly entry: string
  /** Minified, then compressed with gzip. */
  readonly bytes: number
  /** Texts that must not occur: an import that would bring a runtime or a dependency with it. */
  readonly without: readonly string[]
}

const ENTRY = 'countersign:entry'

/** Bundles everything that an entry exports and holds it against its budget. */
export async function measure(project: string, { entry, bytes, without }: Budget): Promise<string[]> {
  const code = await bundle(project, entry)
  const size = gzipSync(code, { level: 9 }).length
  console.log(`${entry}: ${code.length} bytes minified, ${size} compressed, of ${bytes}`)
  const found = without.filter((text) => new RegExp(`["'\`]${text}`).test(code))
  return [
    ...(size > bytes ? [`${entry} has ${size} compressed bytes, ${size - bytes} more than its budget`] : []),
    ...found.map((text) => `the bundle of ${entry} contains \`${text}\``),
  ]
}

async function bundle(project: string, entry: string): Promise<string> {
  const plugin = {
    name: 'entry',
    resolveId: (id: string) => (id === ENTRY ? `${project}/entry.js` : undefined),
    load: (id: string) => (id === `${project}/entry.js` ? `export * from '${entry}'` : undefined),
  }
  const build = await rolldown({ input: ENTRY, cwd: project, plugins: [plugin], external: /^node:/, logLevel: 'silent' })
  const { output } = await build.generate({ format: 'esm', minify: true })
  await build.close()
  return output.map((chunk) => (chunk.type === 'chunk' ? chunk.code : '')).join('')
}

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'

const HERE = dirname(fileURLToPath(import.meta.url))

/** `child.ts` in one file that Node can run. */
export interface Program {
  /** `fileLimit`: kB beyond which no file of the process grows, as on a full disk. */
  start(command: string, path: string, options?: { readonly uid?: number; readonly fileLimit?: number }): Child
  dispose(): void
}

export interface Child {
  readonly process: ChildProcessWithoutNullStreams
  readonly lines: AsyncIterableIterator<string>
  readonly ended: Promise<void>
}

/** Built from the sources, so that these tests need no build; packages with binaries stay where they are. */
export async function createProgram(): Promise<Program> {
  const directory = mkdtempSync(join(tmpdir(), 'child-'))
  // Also for a process of another account.
  chmodSync(directory, 0o755)
  const file = join(directory, 'child.mjs')
  const sqlite = join(dirname(createRequire(import.meta.url).resolve('@photostructure/sqlite/package.json')), 'dist/index.mjs')
  const plugin = {
    name: 'binaries',
    resolveId: (id: string) => (id === '@photostructure/sqlite' ? { id: pathToFileURL(sqlite).href, external: true } : undefined),
  }
  const build = await rolldown({
    input: join(HERE, 'child.ts'),
    platform: 'node',
    resolve: { conditionNames: ['source', 'node', 'import'] },
    external: ['@node-rs/argon2'],
    plugins: [plugin],
    logLevel: 'silent',
  })
  await build.write({ file, format: 'esm', codeSplitting: false })
  await build.close()
  return {
    start: (command, path, { fileLimit, ...options } = {}) => {
      const node = [process.execPath, '--disable-warning=ExperimentalWarning', file, command, path]
      // POSIX counts in blocks of 512 bytes.
      const limited = fileLimit === undefined ? node : ['sh', '-c', `ulimit -f ${fileLimit * 2}; exec "$@"`, 'sh', ...node]
      const [program = '', ...args] = limited
      const child = spawn(program, args, { stdio: 'pipe', ...options })
      child.stderr.pipe(process.stderr)
      const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
      return { process: child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](), ended }
    },
    dispose: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** Everything that a child still says. */
export async function rest(child: Child): Promise<string[]> {
  const lines: string[] = []
  for await (const line of child.lines) lines.push(line)
  await child.ended
  return lines
}

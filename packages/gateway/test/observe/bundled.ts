import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rolldown } from 'rolldown'

const ROOT = join(import.meta.dirname, '../../../..')

/** Runs a program in a process of its own, with `@src` for the sources of the gateway and without the packages in `missing`; gives what it printed. */
export async function runBundled(
  program: string,
  { args = [], missing = [] }: { args?: readonly string[]; missing?: readonly string[] } = {},
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-run-'))
  try {
    const input = join(folder, 'program.mjs')
    writeFileSync(input, program.replaceAll('@src', join(import.meta.dirname, '../../src')))
    const build = await rolldown({
      input,
      platform: 'node',
      logLevel: 'silent',
      // From its own folder, because pino starts threads from files beside it.
      external: ['pino', ...missing],
      resolve: { conditionNames: ['source', 'node', 'import'], modules: [join(ROOT, 'node_modules')] },
    })
    await build.write({ file: join(folder, 'bundle.mjs'), format: 'esm', paths: { pino: join(ROOT, 'node_modules/pino/pino.js') } })
    await build.close()
    return await run(join(folder, 'bundle.mjs'), args)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function run(file: string, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve(text) : reject(new Error(`ended with ${code}`))))
  })
}

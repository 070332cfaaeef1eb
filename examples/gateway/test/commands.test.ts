import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runAgain } from './command-docs.ts'
import { ROOT, startProgram, type Program } from './running.ts'

const PAGES = ['docs/commands.md', 'README.md']
let program: Program

beforeAll(async () => {
  await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', 'examples/gateway', 'packages/cli'], { cwd: ROOT })
  program = await startProgram()
}, 120_000)

afterAll(async () => void (await program.end('SIGTERM')))

// `UPDATE_DOCS=1` writes the pages again; what changed is then to be read and committed.
test.each(PAGES)(
  '%s shows what the commands really print',
  async (name) => {
    const path = join(ROOT, name)
    const page = await readFile(path, 'utf8')
    const again = await runAgain(page, program)
    if (process.env['UPDATE_DOCS'] === '1') await writeFile(path, again)
    else expect(page).toBe(again)
    expect([...again.matchAll(/^\$ countersign \w+/gm)].length).toBeGreaterThan(2)
  },
  240_000,
)

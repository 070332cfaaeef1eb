import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runAgain } from './command-docs.ts'
import { ROOT, startProgram, type Program } from './running.ts'

const PAGE = join(ROOT, 'docs/commands.md')
let program: Program

beforeAll(async () => {
  await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', 'examples/gateway', 'packages/cli'], { cwd: ROOT })
  program = await startProgram()
}, 120_000)

afterAll(async () => void (await program.end('SIGTERM')))

// `UPDATE_DOCS=1` writes the page again; what changed is then to be read and committed.
test('the page of commands shows what they really print', async () => {
  const page = await readFile(PAGE, 'utf8')
  const again = await runAgain(page, program)
  if (process.env['UPDATE_DOCS'] === '1') await writeFile(PAGE, again)
  else expect(page).toBe(again)
  expect([...again.matchAll(/^\$ countersign \w+/gm)].length).toBeGreaterThan(20)
}, 240_000)

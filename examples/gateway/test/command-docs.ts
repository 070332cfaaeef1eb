import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { FOLDER, ROOT, type Program } from './running.ts'

const run = promisify(execFile)
const BLOCK = /^```console\n([\s\S]*?)^```$/gm
const FILES = ['openapi.yaml', 'countersign.yaml', 'countersign.test.yaml']

/** The page with every block of `console` run again: its lines behind `$` in a copy of the example's folder, against the program that runs. */
export async function runAgain(page: string, program: Program): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-commands-'))
  try {
    await Promise.all(FILES.map((name) => cp(join(FOLDER, name), join(folder, name))))
    await mkdir(join(folder, '.bin'))
    await symlink(join(ROOT, 'packages/cli/countersign.mjs'), join(folder, '.bin/countersign'))
    const blocks: string[] = []
    for (const [, block = ''] of page.matchAll(BLOCK)) blocks.push(await runBlock(block, folder, program))
    return page.replaceAll(BLOCK, () => `\`\`\`console\n${blocks.shift() ?? ''}\`\`\``)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function runBlock(block: string, folder: string, program: Program): Promise<string> {
  const lines: string[] = []
  for (const command of block.split('\n').filter((line) => line.startsWith('$ '))) {
    const printed = await runLine(command.slice(2), folder, program)
    lines.push(command, ...(printed === '' ? [] : [mask(printed.trimEnd(), folder, program)]))
  }
  return `${lines.join('\n')}\n`
}

/** Both streams as a terminal shows them. */
async function runLine(line: string, folder: string, { environment, printed }: Program): Promise<string> {
  const decision = /explain ([0-9a-f-]{36})/.exec(printed)?.[1] ?? ''
  const env = {
    ...process.env,
    ...environment,
    NO_COLOR: '1',
    COLUMNS: '120',
    DECISION: decision,
    PATH: `${join(folder, '.bin')}${delimiter}${process.env['PATH']}`,
  }
  // What a command has to say about a mistake is on this page as well, so its exit code is not looked at.
  const { stdout } = await run('bash', ['-c', `{ ${line}\n} 2>&1`], { cwd: folder, env }).catch((error: { stdout: string }) => error)
  return stdout
}

/** What differs from run to run. */
function mask(text: string, folder: string, { environment, origins }: Program): string {
  return text
    .replaceAll(`${folder}/`, '')
    .replaceAll(ROOT, '')
    .replaceAll(/(?<!-)\b[0-9a-f]{12}\b/g, '0123456789ab')
    .replaceAll(/created=\d+/g, 'created=1795521600')
    .replaceAll(environment['STORE'] ?? '', '.data/countersign.db')
    .replaceAll(origins.api.slice('http://'.length), '127.0.0.1:8401')
    .replaceAll(origins.admin.slice('http://'.length), '127.0.0.1:8409')
    .replaceAll(origins.issuer.slice('http://'.length), '127.0.0.1:8402')
    .replaceAll(origins.upstream.slice('http://'.length), '127.0.0.1:8403')
    .replaceAll(new RegExp(`\\b(?:port: )?${new URL(origins.api).port}\\b`, 'g'), (found) => found.replace(/\d+/, '8401'))
    .replaceAll(new RegExp(`\\b(?:port: )?${new URL(origins.admin).port}\\b`, 'g'), (found) => found.replace(/\d+/, '8409'))
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (time) => (time.includes('.') ? '2026-11-24T12:00:00.000Z' : '2026-11-24T12:00:00Z'))
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '7f9c24e8-3b1a-4f5e-9d7a-2c8b6e0f1a43')
    .replaceAll(/csk_[a-z0-9]{10}(_[A-Za-z0-9_-]+)?/g, (_all, secret?: string) => `csk_0123456789${secret === undefined ? '' : '_…'}`)
}

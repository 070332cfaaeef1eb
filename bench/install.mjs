// The peers are no dependency of the workspace: they are installed here, on first use and after a change, as bench/package-lock.json has them.
import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('.', import.meta.url))

export function installOnce(log) {
  if (writtenAt('node_modules/.package-lock.json') >= writtenAt('package-lock.json')) return
  log('installs its own dependencies: npm ci --ignore-scripts --prefix bench')
  execFileSync('npm', ['ci', '--ignore-scripts', '--prefix', FOLDER], {
    stdio: ['ignore', 'ignore', 'inherit'],
    cwd: FOLDER,
    shell: process.platform === 'win32',
  })
}

function writtenAt(file) {
  return statSync(new URL(file, import.meta.url), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

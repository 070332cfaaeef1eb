// Writes docs/reasons. Pages of reasons that no longer exist are removed, so that no problem type leads to
// a page about the past.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesBelow } from './files.ts'
import { isMain } from './finish.ts'
import { FOLDER, reasonPages } from './reason-pages.ts'

function generate(root: string): void {
  const pages = reasonPages()
  mkdirSync(join(root, FOLDER), { recursive: true })
  for (const path of filesBelow(root, FOLDER)) if (!pages.has(path)) rmSync(join(root, path))
  for (const [path, text] of pages) writeFileSync(join(root, path), text)
  console.log(`docs: ${pages.size} pages in ${FOLDER}`)
}

if (isMain(import.meta.url)) generate(process.argv[2] ?? process.cwd())

// A page that was edited by hand, or not generated again after a change of core, says something that the
// code does not do. This compares and never writes, so that a failing run leaves the evidence.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesBelow } from './files.ts'
import { finish, isMain, type Finding } from './finish.ts'
import { FOLDER, reasonPages } from './reason-pages.ts'

/** Pages that `npm run docs` would write, change or remove. */
export function checkGenerated(root: string): Finding {
  const pages = reasonPages()
  const problems: string[] = []
  for (const [path, text] of pages) {
    const file = join(root, path)
    if (!existsSync(file)) problems.push(`${path}: is missing; run \`npm run docs\``)
    else if (readFileSync(file, 'utf8') !== text) problems.push(`${path}: differs from what is generated; run \`npm run docs\``)
  }
  for (const path of filesBelow(root, FOLDER)) if (!pages.has(path)) problems.push(`${path}: is not generated any more; run \`npm run docs\``)
  return { problems, looked: { pages: pages.size } }
}

if (isMain(import.meta.url)) finish('generated', checkGenerated(process.argv[2] ?? process.cwd()))

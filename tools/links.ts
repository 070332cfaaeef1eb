// Relative links of Markdown files must lead somewhere, anchors included: a dead link in the page of a refusal
// leaves its reader alone at the worst moment.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'

/** Links that lead nowhere, and how many were followed. */
export function checkLinks(root: string, path: string): { problems: string[]; links: number } {
  const text = withoutCode(readFileSync(join(root, path), 'utf8'))
  const problems: string[] = []
  let links = 0
  for (const { target, line } of linksIn(text)) {
    if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(target)) continue
    links += 1
    const problem = follow(root, path, target)
    if (problem !== undefined) problems.push(`${path}:${line}: ${problem}`)
  }
  return { problems, links }
}

/** Fences and code spans become blank, line by line, so that line numbers stay. */
function withoutCode(text: string): string {
  const blank = (code: string): string => code.replaceAll(/[^\n]/g, ' ')
  return text.replaceAll(/^(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1[^\n]*$/gm, blank).replaceAll(/`[^`\n]+`/g, blank)
}

function linksIn(text: string): { target: string; line: number }[] {
  const patterns = [/\]\(\s*<?([^)\s>]+)>?(?:\s+["'][^)]*)?\)/g, /^\s{0,3}\[[^\]^]+\]:\s*<?(\S+?)>?(?:\s|$)/gm, /\b(?:href|src)="([^"]+)"/g]
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => ({ target: match[1] ?? '', line: text.slice(0, match.index).split('\n').length })),
  )
}

function follow(root: string, from: string, target: string): string | undefined {
  const [file = '', anchor] = target.split('#')
  const path = file === '' ? from : posix.join(posix.dirname(from), decodeURIComponent(file))
  if (path.startsWith('..')) return `link \`${target}\` leads out of the repository`
  if (!existsSync(join(root, path))) return `link \`${target}\` leads nowhere`
  if (anchor === undefined || anchor === '' || !path.endsWith('.md') || statSync(join(root, path)).isDirectory()) return undefined
  return anchorsIn(readFileSync(join(root, path), 'utf8')).includes(anchor) ? undefined : `link \`${target}\`: no heading of ${path} has this anchor`
}

/** The anchors that GitHub gives to headings. */
function anchorsIn(text: string): string[] {
  const seen = new Map<string, number>()
  return [...text.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map(([, heading = '']) => {
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-')
    const count = seen.get(slug) ?? 0
    seen.set(slug, count + 1)
    return count === 0 ? slug : `${slug}-${count}`
  })
}

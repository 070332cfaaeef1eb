/** Another way to write a path. */
export interface Variant {
  readonly name: string
  readonly target: string
}

/** Spellings that a router may take for the same path, and a guard for another one; only those that are one. */
export function variantsOf(path: string): readonly Variant[] {
  const segments = path.split('/').slice(1)
  const last = segments.at(-1) ?? ''
  const before = path.slice(0, path.length - last.length)
  const all: readonly Variant[] = [
    { name: 'a slash at the end', target: `${path}/` },
    { name: 'two slashes', target: `/${path}` },
    { name: 'two slashes inside', target: `${before}/${last}` },
    { name: 'a dot segment', target: `/.${path}` },
    { name: 'dot segments that lead back', target: `/x/..${path}` },
    { name: 'encoded dot segments', target: `/x/%2e%2e${path}` },
    { name: 'letters in upper case', target: encodedAware(path, (text) => text.toUpperCase()) },
    { name: 'an encoded letter', target: `${before}${encodeFirst(last)}` },
    { name: 'an encoded slash', target: `${before.slice(0, -1)}%2f${last}` },
    { name: 'a parameter behind a semicolon', target: `${path};x=1` },
    { name: 'a parameter behind a semicolon inside', target: `/${segments[0] ?? ''};x=1${path.slice(1 + (segments[0] ?? '').length)}` },
    { name: 'the extension .json', target: `${path}.json` },
    { name: 'an encoded zero byte', target: `${path}%00` },
    { name: 'an encoded space', target: `${path}%20` },
    { name: 'an encoded question mark', target: `${path}%3f` },
    { name: 'a backslash', target: `${before.slice(0, -1)}\\${last}` },
  ]
  const seen = new Set([path])
  return all.filter(({ target }) => !seen.has(target) && seen.add(target))
}

/** Changes a path, but not what is written as percent and two digits. */
function encodedAware(path: string, change: (text: string) => string): string {
  return path.replace(/%[0-9a-f]{2}|[^%]+/gi, (part) => (part.startsWith('%') ? part : change(part)))
}

function encodeFirst(text: string): string {
  const code = text.charCodeAt(0)
  return Number.isNaN(code) || text.startsWith('%') ? text : `%${code.toString(16)}${text.slice(1)}`
}

/** Where a reference points, or why it may not be followed. */
export type Target =
  | { readonly kind: 'file'; readonly file: string; readonly fragment: string }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly hint: string }

const RELATIVE = 'name a file relative to this one, such as `./shared.yaml#/components/parameters/id`'

/** Resolves a reference against the file that has it; the result stays below `root`, a folder that ends with `/` or is empty. */
export function resolveReference(reference: string, from: string, root: string): Target {
  const hash = reference.indexOf('#')
  const path = hash === -1 ? reference : reference.slice(0, hash)
  const fragment = hash === -1 ? '' : reference.slice(hash + 1)
  if (path === '') return { kind: 'file', file: from, fragment }
  const refusal = refusalOf(path)
  if (refusal !== undefined) return refusal
  const decoded = decode(path)
  if (decoded === undefined || /[\0\\]/.test(decoded)) return refuse('ref-syntax', 'a `$ref` has a path that is no URI reference', RELATIVE)
  const file = join(`${folderOf(from)}${decoded}`)
  if (file === undefined || !isBelow(file, root)) {
    return refuse('ref-outside', `a \`$ref\` leaves the folder \`${root === '' ? '.' : root}\``, 'move the file below it, or pass a wider `root`')
  }
  return { kind: 'file', file, fragment }
}

function refusalOf(path: string): Target | undefined {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):/i.exec(path) ?? []
  if (scheme !== undefined || path.startsWith('//')) {
    return refuse(
      'ref-remote',
      `a \`$ref\` names ${scheme === undefined ? 'a host' : `a \`${scheme.toLowerCase()}:\` address`}; nothing is fetched`,
      `download it, and ${RELATIVE}`,
    )
  }
  return path.startsWith('/') ? refuse('ref-absolute', 'a `$ref` names an absolute path', RELATIVE) : undefined
}

function refuse(code: string, message: string, hint: string): Target {
  return { kind: 'refused', code, message, hint }
}

/** The folder of a file, with the slash at its end; empty for a bare name. */
export function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/') + 1)
}

/** Percent-decodes once; nothing where an encoding is broken. */
export function decode(text: string): string | undefined {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

function isBelow(file: string, root: string): boolean {
  return root === '' ? !file.startsWith('/') && !file.startsWith('../') && file !== '..' : file.startsWith(root)
}

/** A file name in the one spelling that references are resolved to: no dot segments, and `/` also on Windows. */
export function normalFile(file: string): string {
  return join(/^[a-z]:\\/i.test(file) ? file.replaceAll('\\', '/') : file) ?? file
}

/** A folder in the spelling that `resolveReference` compares with. */
export function normalFolder(folder: string): string {
  const normal = normalFile(folder)
  return normal === '' || normal.endsWith('/') ? normal : `${normal}/`
}

/** Removes dot segments; nothing if the path climbs above an absolute root. */
function join(path: string): string | undefined {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '.' || (segment === '' && kept.length > 0)) continue
    if (segment !== '..') kept.push(segment)
    else if (kept.length === 0 || kept.at(-1) === '..') kept.push('..')
    else if (kept.at(-1) === '') return undefined
    else kept.pop()
  }
  return kept.join('/')
}

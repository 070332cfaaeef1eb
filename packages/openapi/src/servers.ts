import { textOf, valueAt, type Entry, type Node } from './node.ts'
import { fail, fieldsOf, itemsOf, type Reader } from './reader.ts'

/** Base paths that one server may stand for; its variables could name thousands. */
const MOST = 100

/** Makes a function that gives the base paths of a `servers` list, without a slash at the end: '' for the root. */
export function serverReader(reader: Reader): (at: Entry) => readonly string[] {
  const known = new Map<Node, readonly string[]>()
  return (at) => {
    let paths = known.get(at.value)
    if (paths === undefined) {
      const items = itemsOf(reader, at.value, '`servers`') ?? []
      // An empty list means the default, a server with the URL `/` (OpenAPI Object, `servers`).
      paths = items.length === 0 ? [''] : [...new Set(items.flatMap((item) => pathsOf(reader, item)))]
      known.set(at.value, paths)
    }
    return paths
  }
}

/** The `basePath` of Swagger 2.0. */
export function basePathOf(reader: Reader): string {
  const written = valueAt(reader.entry, 'basePath')
  if (written === undefined) return ''
  const path = textOf(written)
  if (path?.startsWith('/') === true) return withoutSlash(path)
  fail(reader, { code: 'base-path', message: '`basePath` is no path', hint: 'begin it with `/`' }, written)
  return ''
}

function pathsOf(reader: Reader, item: Node): readonly string[] {
  const fields = fieldsOf(reader, item, 'a server')
  const written = fields?.get('url')
  const url = textOf(written?.value)
  if (fields === undefined || written === undefined || url === undefined) {
    if (fields !== undefined) fail(reader, { code: 'server-url', message: 'a server has no `url`', hint: 'write an address or a path such as `/v1`' }, item)
    return []
  }
  // The variables of the host decide nothing here.
  const template = pathPart(url)
  const variables = fields.get('variables')
  const names = [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name)
  let paths: readonly string[] = [template]
  for (const name of new Set(names)) {
    const values = valuesOf(reader, { name, variables, url: written })
    paths = paths.flatMap((path) => values.map((value) => path.replaceAll(`{${name}}`, () => value)))
    if (paths.length > MOST) {
      reader.problems.warn({ code: 'server-variable', message: `the variables of this server give more than ${MOST} paths; the others are left out` }, written)
      paths = paths.slice(0, MOST)
    }
  }
  return paths.map(normal)
}

/** What a variable may be: the words of its `enum`, or its default. */
function valuesOf(
  reader: Reader,
  { name, variables, url }: { readonly name: string; readonly variables: Entry | undefined; readonly url: Entry },
): readonly string[] {
  const defined = variables && fieldsOf(reader, variables.value, '`variables`')?.get(name)
  const fields = defined && fieldsOf(reader, defined.value, `the server variable \`${name}\``)
  const byDefault = scalarText(fields?.get('default')?.value)
  const listed = fields?.get('enum')?.value
  const values = listed === undefined ? [] : (itemsOf(reader, listed, '`enum`') ?? []).map(scalarText).filter((value) => value !== undefined)
  if (byDefault === undefined && values.length === 0) {
    fail(
      reader,
      { code: 'server-variable', message: `the server variable \`${name}\` has no default`, hint: 'define it under `variables` with a `default`' },
      defined ?? url,
    )
    return []
  }
  return [...new Set([...(byDefault === undefined ? [] : [byDefault]), ...values])]
}

/** Defaults are often written as numbers: `default: 443`. */
function scalarText(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && node.value !== null ? node.written : undefined
}

/** What follows scheme and host, without query and fragment. Not by `URL`, because braces may stand anywhere. */
function pathPart(url: string): string {
  const [, path = ''] = /^(?:(?:[a-z][a-z0-9+.-]*|\{[^{}]*\}):)?(?:\/\/[^/?#]*)?([^?#]*)/i.exec(url) ?? []
  return path
}

/** Without dot segments and slash at the end. A relative path is taken to begin at the root: a document has no address here. */
function normal(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '.' && segment !== '') kept.push(segment)
  }
  return kept.map((segment) => `/${segment}`).join('')
}

function withoutSlash(path: string): string {
  return path.replace(/\/+$/, '')
}

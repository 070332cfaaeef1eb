import type { Entry, Node } from './node.ts'
import { fail, fieldsOf, type Reader } from './reader.ts'
import { readScheme, type SchemeName, type SecurityScheme } from './scheme-definitions.ts'
import { didYouMean } from './suggestion.ts'

/** The security schemes that requirements may name. */
export interface SchemeTable {
  readonly all: readonly SecurityScheme[]
  /** The scheme that the key of a security requirement names; nothing and a diagnostic if there is none that can be used. */
  find(named: Entry): SecurityScheme | undefined
}

/**
 * Reads the schemes of the entry document: names in other documents mean them too, as OpenAPI 3.2 recommends.
 *
 * In 3.2 a key that is no component name may be a URI of a scheme; a component name wins (OpenAPI 3.2, Security
 * Requirement Object).
 */
export function readSchemes(reader: Reader, schemeName: SchemeName | undefined): SchemeTable {
  const container = containerOf(reader)
  const definitions = (container && fieldsOf(reader, container.value, `\`${container.key}\``)) ?? new Map<string, Entry>()
  const usable = new Map<string, SecurityScheme>()
  for (const [name, at] of definitions) {
    const scheme = name.startsWith('x-') && reader.version === '2.0' ? undefined : readScheme(reader, name, { at, schemeName })
    if (scheme !== undefined) usable.set(name, scheme)
  }
  const distant = new Map<Node, SecurityScheme | undefined>()
  const byReference = (named: Entry): SecurityScheme | undefined => {
    const value = reader.references.target(named.key, named)
    if (value === undefined) return undefined
    if (!distant.has(value)) distant.set(value, readScheme(reader, named.key, { at: { ...named, value }, schemeName }))
    return distant.get(value)
  }
  const find = (named: Entry): SecurityScheme | undefined => {
    // One that is defined, but cannot be used, was reported where it is defined.
    if (definitions.has(named.key)) return usable.get(named.key)
    if (reader.version === '3.2' && /[/#.]/.test(named.key)) return byReference(named)
    return fail(reader, unknown(reader, named, definitions.keys()), named)
  }
  return { all: [...usable.values()], find }
}

function containerOf(reader: Reader): Entry | undefined {
  const { entry, version } = reader
  if (entry.kind !== 'map') return undefined
  if (version === '2.0') return entry.entries().get('securityDefinitions')
  const components = entry.entries().get('components')
  return components && fieldsOf(reader, components.value, '`components`')?.get('securitySchemes')
}

function unknown(
  { entry, version }: Reader,
  named: Entry,
  known: Iterable<string>,
): { readonly code: string; readonly message: string; readonly hint: string } {
  const where = version === '2.0' ? 'securityDefinitions' : 'components.securitySchemes'
  const elsewhere = named.source === entry.source ? '' : `; names in other files mean the schemes of ${entry.source.file}`
  return {
    code: 'unknown-scheme',
    message: `there is no security scheme \`${named.key}\` in \`${where}\``,
    hint: `${didYouMean(named.key, known)}${elsewhere}`,
  }
}

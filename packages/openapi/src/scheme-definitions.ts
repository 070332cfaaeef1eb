import { isToken } from '@countersign/core'
import { textOf, type Entry, type Node } from './node.ts'
import type { Place } from './place.ts'
import { fail, fieldsOf, type Reader } from './reader.ts'
import { didYouMean } from './suggestion.ts'

/** A security scheme as the document defines it. */
export interface SchemeDefinition {
  /** The name under `securitySchemes` (`securityDefinitions` in Swagger 2.0). */
  readonly name: string
  readonly type: 'apiKey' | 'http' | 'basic' | 'oauth2' | 'openIdConnect' | 'mutualTLS'
  /** For `http`: the authentication scheme as it is written. */
  readonly scheme?: string
  /** For `apiKey`: where it is sent. */
  readonly in?: string
  /** For `apiKey`: the name of the field, the query parameter or the cookie. */
  readonly parameter?: string
  /** For `oauth2`: the scopes that its flows declare. */
  readonly scopes: readonly string[]
  readonly place: Place
}

/** A security scheme, and which authentication scheme stands for it. */
export interface SecurityScheme extends SchemeDefinition {
  /** `Bearer`, `Basic`, `ApiKey`, `ClientCertificate`, … */
  readonly as: string
  /** Whether `schemeName` said so, and not the kind of the scheme. */
  readonly chosen: boolean
}

/** Says which authentication scheme stands for a definition, where its kind alone does not. */
export type SchemeName = (name: string, definition: SchemeDefinition) => string | undefined

const TYPES: Readonly<Record<Reader['version'], readonly SchemeDefinition['type'][]>> = {
  '2.0': ['basic', 'apiKey', 'oauth2'],
  '3.0': ['apiKey', 'http', 'oauth2', 'openIdConnect'],
  '3.1': ['apiKey', 'http', 'mutualTLS', 'oauth2', 'openIdConnect'],
  '3.2': ['apiKey', 'http', 'mutualTLS', 'oauth2', 'openIdConnect'],
}

const STANDING: Readonly<Record<Exclude<SchemeDefinition['type'], 'http'>, string>> = {
  apiKey: 'ApiKey',
  basic: 'Basic',
  mutualTLS: 'ClientCertificate',
  oauth2: 'Bearer',
  openIdConnect: 'Bearer',
}

/** Registered schemes in the spelling of the registry (RFC 9110 section 16.4.1): the names in documents are compared without case. */
const REGISTERED = 'Basic Bearer Concealed Digest DPoP GNAP HOBA Mutual Negotiate OAuth PrivateToken SCRAM-SHA-1 SCRAM-SHA-256 vapid'.split(' ')

/** Reads one definition; nothing and a diagnostic if it cannot be used. */
export function readScheme(
  reader: Reader,
  name: string,
  { at, schemeName }: { readonly at: Entry; readonly schemeName?: SchemeName | undefined },
): SecurityScheme | undefined {
  const fields = fieldsOf(reader, at.value, `the security scheme \`${name}\``)
  if (fields === undefined) return undefined
  const written = fields.get('type')
  const type = TYPES[reader.version].find((known) => known === textOf(written?.value))
  if (type === undefined) {
    const hint = didYouMean(textOf(written?.value) ?? '', TYPES[reader.version])
    return fail(
      reader,
      { code: 'scheme-type', message: `the security scheme \`${name}\` has no type that OpenAPI ${reader.version} knows`, hint },
      written ?? at,
    )
  }
  const [scheme, where, parameter] = [fields.get('scheme'), fields.get('in'), fields.get('name')].map((entry) => textOf(entry?.value))
  const definition: SchemeDefinition = {
    name,
    type,
    ...(scheme === undefined ? {} : { scheme }),
    ...(where === undefined ? {} : { in: where }),
    ...(parameter === undefined ? {} : { parameter }),
    scopes: scopesOf(reader, fields),
    place: at.source.place(at.offset),
  }
  const chosen = schemeName?.(name, definition)
  const as = chosen ?? standingFor(definition)
  if (as === undefined || !isToken(as)) {
    const hint = 'write an authentication scheme such as `bearer` or `basic`'
    return fail(
      reader,
      { code: 'scheme-name', message: `the security scheme \`${name}\` has no \`scheme\` that could stand in a request`, hint },
      fields.get('scheme') ?? at,
    )
  }
  return { ...definition, as, chosen: chosen !== undefined }
}

function standingFor({ type, scheme }: SchemeDefinition): string | undefined {
  if (type !== 'http') return STANDING[type]
  return REGISTERED.find((known) => known.toLowerCase() === scheme?.toLowerCase()) ?? scheme
}

/** The scopes of all flows (3.x), or of the definition itself (2.0). Mistakes there do not change what is asked for. */
function scopesOf({ references }: Reader, fields: ReadonlyMap<string, Entry>): readonly string[] {
  const keys = (node: Node | undefined): readonly string[] => {
    const map = node && references.follow(node)
    return map?.kind === 'map' ? [...map.entries().keys()] : []
  }
  const flows = fields.get('flows')?.value
  if (flows?.kind !== 'map') return keys(fields.get('scopes')?.value)
  const lists = [...flows.entries().values()].map(({ value }) => (value.kind === 'map' ? keys(value.entries().get('scopes')?.value) : []))
  return [...new Set(lists.flat())]
}

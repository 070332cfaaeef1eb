import { parseDocument } from 'yaml'
import { CommandError } from './failure.ts'

type SchemeName = 'bearer' | 'basic' | 'apiKey'

/** What a starter configuration has to know of an OpenAPI document. */
export interface Outline {
  readonly title: string
  /** Strongest first; `bearer` if the document names none. */
  readonly schemes: readonly SchemeName[]
}

const ORDER: readonly SchemeName[] = ['bearer', 'apiKey', 'basic']

/** Reads title and kinds of security schemes; whether the document is sound, `validate` says. */
export function readOutline(text: string, file: string): Outline {
  const document = parseDocument(text, { prettyErrors: true, logLevel: 'silent' })
  const [error] = document.errors
  if (error !== undefined) throw new CommandError(`${file}: ${error.message.split('\n')[0] ?? 'it cannot be read'}`)
  const version = document.getIn(['openapi'])
  if (typeof version !== 'string' || !version.startsWith('3.')) throw new CommandError(`${file} is no OpenAPI 3 document: it has no \`openapi: 3…\``)
  const title = document.getIn(['info', 'title'])
  const schemes: unknown = document.toJS({ maxAliasCount: 100 })
  const found = new Set(kindsOf(schemes))
  const known = ORDER.filter((name) => found.has(name))
  return { title: typeof title === 'string' && title.trim() !== '' ? title.trim() : 'API', schemes: known.length === 0 ? ['bearer'] : known }
}

function kindsOf(document: unknown): readonly SchemeName[] {
  const schemes = member(member(document, 'components'), 'securitySchemes')
  if (typeof schemes !== 'object' || schemes === null) return []
  return Object.values(schemes).flatMap((scheme: unknown) => kindOf(scheme) ?? [])
}

function kindOf(scheme: unknown): SchemeName | undefined {
  const type = member(scheme, 'type')
  if (type === 'oauth2' || type === 'openIdConnect') return 'bearer'
  if (type === 'apiKey') return 'apiKey'
  const name = member(scheme, 'scheme')
  return type === 'http' && typeof name === 'string' ? (name.toLowerCase() === 'basic' ? 'basic' : 'bearer') : undefined
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
}

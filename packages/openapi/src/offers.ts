import { textOf, valueAt, type Node } from './node.ts'

/** Where an API is served and how its tokens are got, as its document says it. */
export interface Offers {
  /** The addresses of the servers for all operations, as they are written. */
  readonly servers: readonly string[]
  /** The OAuth flows of security schemes, by the names of the schemes: `implicit`, `authorizationCode`, … */
  readonly flows: Readonly<Record<string, readonly string[]>>
}

export const NO_OFFERS: Offers = { servers: [], flows: {} }

/** Reads both from the entry document. What is wrong there is told elsewhere, or concerns nobody. */
export function offersOf(entry: Node): Offers {
  const servers = valueAt(entry, 'servers')
  const listed = servers?.kind === 'list' ? servers.items().flatMap((server) => textOf(valueAt(server, 'url')) ?? []) : []
  const schemes = valueAt(valueAt(entry, 'components'), 'securitySchemes') ?? valueAt(entry, 'securityDefinitions')
  const found = schemes?.kind === 'map' ? [...schemes.entries().values()].map(({ key, value }) => [key, flowsOf(value)] as const) : []
  return { servers: [...listed, ...serversOf2(entry)], flows: Object.fromEntries(found.filter(([, flows]) => flows.length > 0)) }
}

function flowsOf(scheme: Node): readonly string[] {
  const flows = valueAt(scheme, 'flows')
  if (flows?.kind === 'map') return [...flows.entries().keys()].filter((name) => !name.startsWith('x-'))
  const flow = textOf(valueAt(scheme, 'flow'))
  return flow === undefined ? [] : [flow]
}

/** Swagger 2.0: `schemes`, `host` and `basePath`. */
function serversOf2(entry: Node): readonly string[] {
  const host = textOf(valueAt(entry, 'host'))
  const schemes = valueAt(entry, 'schemes')
  if (host === undefined || schemes?.kind !== 'list') return []
  return schemes.items().flatMap((scheme) => (textOf(scheme) === undefined ? [] : [`${textOf(scheme)}://${host}${textOf(valueAt(entry, 'basePath')) ?? ''}`]))
}

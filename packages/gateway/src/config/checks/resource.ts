import { find, isMap, items, textOf, type Located } from '../located.ts'
import type { Source } from '../source.ts'

/** A description of the API must not send clients for tokens that are refused here. */
export function checkResource(root: Located, source: Source): void {
  const resource = find(root, ['resource'])
  if (resource === undefined || !isMap(resource)) return
  const bearer = find(root, ['schemes', 'bearer'])
  const asked = bearer?.members.get('introspection')
  const issuers = [...items(bearer?.members.get('issuers')), ...(asked === undefined ? [] : [asked])]
  if (issuers.length === 0)
    source.error(resource.key ?? resource.start, {
      code: 'resource-without-issuers',
      message: '`resource` is there, and no issuer whose tokens could be sent',
      hint: 'name one in `schemes.bearer`, or take `resource` away',
    })
  checkServers(resource, issuers, source)
  checkAudiences(resource, issuers, source)
}

function checkServers(resource: Located, issuers: readonly Located[], source: Source): void {
  const names = issuers.map((issuer) => textOf(find(issuer, ['issuer'])))
  if (issuers.length === 0 || names.includes(undefined)) return
  for (const server of items(find(resource, ['authorizationServers']))) {
    const name = textOf(server)
    if (name !== undefined && !names.includes(name))
      source.error(server.start, {
        code: 'unknown-issuer',
        message: `the tokens of \`${name}\` are not accepted here`,
        hint: `pass one of \`schemes.bearer\`: ${names.join(', ')}`,
      })
  }
}

/** Clients ask for a token for the identifier (RFC 8707 section 2). */
function checkAudiences(resource: Located, issuers: readonly Located[], source: Source): void {
  const identifier = textOf(find(resource, ['identifier']))
  if (identifier === undefined) return
  for (const issuer of issuers) {
    const audiences = items(find(issuer, ['audience'])).map(textOf)
    const node = find(issuer, ['audience'])
    if (node !== undefined && audiences.length > 0 && !audiences.includes(identifier))
      source.warning(node.start, {
        code: 'audience-not-resource',
        message: `clients that read the metadata ask for tokens for \`${identifier}\`, which is no \`audience\` of this issuer`,
        hint: 'add it, unless the issuer writes something else into `aud`',
      })
  }
}

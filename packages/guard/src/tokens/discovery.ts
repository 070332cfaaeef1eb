import { isLoopback } from '../loopback.ts'
import { fetchJson, UnreachableError } from './fetch-json.ts'

/** Members of an issuer's metadata that are addresses. */
export type MetadataAddress = 'jwks_uri' | 'introspection_endpoint'

/**
 * Finds an address, such as that of the key set, in the metadata of an issuer.
 *
 * OpenID Connect Discovery first, then RFC 8414, within one time limit (seconds). Metadata that names
 * another issuer is not used (RFC 8414 section 3.3). Rejects with `UnreachableError`.
 */
export async function discover(issuer: string, member: MetadataAddress, timeLimit: number): Promise<URL> {
  let failure: unknown
  const started = performance.now()
  for (const url of metadataUrls(issuer)) {
    const left = timeLimit - (performance.now() - started) / 1000
    if (left <= 0) break
    try {
      const { value } = await fetchJson(url, left)
      return addressIn(value, member, { issuer, url })
    } catch (error) {
      failure = error
    }
  }
  throw failure instanceof UnreachableError ? failure : new UnreachableError(`no metadata of ${issuer} within ${timeLimit} s`)
}

function metadataUrls(issuer: string): readonly URL[] {
  const base = new URL(issuer)
  const path = base.pathname.replace(/\/$/, '')
  return [new URL(`${base.origin}${path}/.well-known/openid-configuration`), new URL(`${base.origin}/.well-known/oauth-authorization-server${path}`)]
}

function addressIn(metadata: Readonly<Record<string, unknown>>, member: MetadataAddress, { issuer, url }: { issuer: string; url: URL }): URL {
  const { issuer: named, [member]: address } = metadata
  if (named !== issuer) throw new UnreachableError(`${url.href} is the metadata of another issuer than ${issuer}`)
  if (typeof address !== 'string' || !URL.canParse(address) || !isTrustworthy(new URL(address))) {
    throw new UnreachableError(`${url.href} has no \`${member}\` with https`)
  }
  return new URL(address)
}

/** https, or http on the loopback interface, where nobody else can answer. */
export function isTrustworthy(url: URL): boolean {
  if (url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
}

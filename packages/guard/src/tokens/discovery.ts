import { fetchJson, UnreachableError } from './fetch-json.ts'

/**
 * Finds the address of an issuer's key set from its metadata.
 *
 * OpenID Connect Discovery first, then RFC 8414, within one time limit (seconds). Metadata that names
 * another issuer is not used (RFC 8414 section 3.3). Rejects with `UnreachableError`.
 */
export async function discoverKeySet(issuer: string, timeLimit: number): Promise<URL> {
  let failure: unknown
  const started = performance.now()
  for (const url of metadataUrls(issuer)) {
    const left = timeLimit - (performance.now() - started) / 1000
    if (left <= 0) break
    try {
      const { value } = await fetchJson(url, left)
      return keySetOf(value, issuer, url)
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

function keySetOf(metadata: Readonly<Record<string, unknown>>, issuer: string, url: URL): URL {
  const { issuer: named, jwks_uri: address } = metadata
  if (named !== issuer) throw new UnreachableError(`${url.href} is the metadata of another issuer than ${issuer}`)
  if (typeof address !== 'string' || !URL.canParse(address) || !isTrustworthy(new URL(address))) {
    throw new UnreachableError(`${url.href} has no \`jwks_uri\` with https`)
  }
  return new URL(address)
}

/** https, or http on the loopback interface, where nobody else can answer. */
export function isTrustworthy(url: URL): boolean {
  if (url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname))
}

/** URIs as a proof names them: absolute, printable ASCII, no user, and no backslash that the URL parser would read as a slash. */
const WEB_URI = /^https?:\/\/[^\s\\@/?#]+(?:[/?#][!-[\]-~]*)?$/i
const UNRESERVED = /[\w.~-]/

/**
 * The target of a request as it is compared: origin and path, normalised, without query and fragment.
 *
 * The URL parser has lower-cased scheme and host, left out a default port and resolved dot segments; what is
 * left are percent-encodings. RFC 9449 section 4.3, RFC 3986 sections 6.2.2 and 6.2.3.
 */
export function targetOf(origin: string, path: string): string {
  return origin + (path.includes('%') ? path.replaceAll(/%([\da-f]{2})/gi, decodeUnreserved) : path)
}

/** The target that the `htu` of a proof names, and its origin; nothing if it is no URI of the web. */
export function readTarget(htu: string): { readonly origin: string; readonly target: string } | undefined {
  if (!WEB_URI.test(htu) || !URL.canParse(htu)) return undefined
  const { origin, pathname } = new URL(htu)
  return { origin, target: targetOf(origin, pathname) }
}

function decodeUnreserved(encoded: string, hex: string): string {
  const character = String.fromCharCode(Number.parseInt(hex, 16))
  return UNRESERVED.test(character) ? character : encoded.toUpperCase()
}

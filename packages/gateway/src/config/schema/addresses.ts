import { isIP } from 'node:net'

/** Readings of addresses; each gives nothing for what cannot be accepted. */

/** `127.0.0.1:8401`, `[::1]:8401`, `localhost:8401`; without an address in `:8401` or `8401`. */
export function readSocket(input: string): { readonly address?: string; readonly port: number } | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([0-9A-Fa-f:.]+)\]:|([^:[\]]*):)?(\d{1,5})$/.exec(input) ?? []
  const port = Number(digits)
  const address = bracketed ?? plain ?? ''
  if (digits === undefined || port > 65_535 || (bracketed !== undefined && isIP(bracketed) !== 6)) return undefined
  if (address === '') return { port }
  return isAddress(address) ? { address, port } : undefined
}

/** An IP address without brackets, or a host name. */
export function isAddress(text: string): boolean {
  return isIP(text) !== 0 || isHostName(text)
}

const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/

/** A name, and no IP address: neither stands in the handshake of TLS (RFC 6066 section 3). */
export function isHostName(text: string): boolean {
  const labels = text.split('.')
  // All digits would be an IPv4 address that is none (RFC 1123 section 2.1).
  return text.length <= 253 && labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1) ?? '')
}

/** A host as in `Host`, lower case: a name, `[::1]`, with or without a port. */
export function readHost(input: string): string | undefined {
  const [, bracketed, plain, port] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(input) ?? []
  if (port !== undefined && Number(port) > 65_535) return undefined
  const isFit = bracketed === undefined ? plain !== undefined && isAddress(plain) : isIP(bracketed) === 6
  return isFit ? input.toLowerCase() : undefined
}

/** An address or a range in CIDR form (RFC 4632 section 3.1). */
export function isRange(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const family = isIP(address)
  if (family === 0 || more.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

/** An upstream: http or https, host and port, nothing behind them. */
export function readUpstream(input: string): URL | undefined {
  const url = readUrl(input)
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined
  return url.username === '' && url.password === '' && url.pathname === '/' && url.search === '' && url.hash === '' && !input.includes('?') ? url : undefined
}

/** An absolute URL with a host; the parser would forgive white space and backslashes. */
export function readUrl(input: string): URL | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s\\]+$/i.test(input) && URL.canParse(input) ? new URL(input) : undefined
}

/** https, or http where nobody else can answer: the rule that `bearerJwt` has for issuers. */
export function isTrustworthy(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

export function isLoopback(address: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(address)
}

/** An origin exactly as browsers send it (RFC 6454 section 6.2), or `*`. */
export function isOrigin(text: string): boolean {
  return text === '*' || (/^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text)
}

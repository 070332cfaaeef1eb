import { isIP } from 'node:net'

/**
 * Makes a function that says whether this port answers for a Host.
 *
 * A page in a browser can give its own name an address of this machine and then ask us without CORS (DNS
 * rebinding); what it cannot do is to make the browser send another Host. On loopback the Host must be of
 * loopback; elsewhere it is an address or one of `hosts`, if there are any.
 */
export function hostRule(address: string, hosts: readonly string[] = []): (host: string | undefined) => boolean {
  const named = new Set(hosts.map((host) => host.toLowerCase()))
  const local = isLoopback(address)
  return (host) => {
    const name = host === undefined ? undefined : nameOf(host)
    if (name === undefined) return false
    if (isLoopback(name) || named.has(name) || name === address) return true
    return !local && (isIP(name) !== 0 || named.size === 0)
  }
}

/** The name of a Host without its port and brackets, in lower case; `undefined` if it is none (RFC 9110 section 7.2). */
function nameOf(host: string): string | undefined {
  const [, address, name] = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(host) ?? []
  return (address ?? name)?.toLowerCase().replace(/\.$/, '')
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'))
}

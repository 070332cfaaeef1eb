import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** A list of addresses and CIDR ranges. Throws a `TypeError` for anything else. */
export function addressList(ranges: readonly string[]): (address: string) => boolean {
  if (ranges.length === 0) return () => false
  const list = new BlockList()
  for (const range of ranges) add(list, range)
  return (address) => {
    const plain = plainAddress(address)
    const family = familyOf(plain)
    return family !== undefined && list.check(plain, family)
  }
}

function add(list: BlockList, range: string): void {
  const [address = '', prefix] = range.split('/')
  const family = familyOf(address)
  const most = family === 'ipv4' ? 32 : 128
  const bits = prefix === undefined ? most : Number(prefix)
  // `10.0.0.0/` would count as /0, which is everybody.
  if (family === undefined || (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) || bits > most)
    throw new TypeError(`\`${range}\` is no address and no range; write 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32`)
  list.addSubnet(address, bits, family)
}

/** IPv4 in IPv6 (RFC 4291 section 2.5.5.2) is written as IPv4: a dual-stack socket gives it that way. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && isIPv4(address.slice(7)) ? address.slice(7) : address
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  if (isIPv4(address)) return 'ipv4'
  return isIPv6(address) ? 'ipv6' : undefined
}

/**
 * The address of the caller: that of the connection, or, behind proxies that are trusted, the last one in
 * `X-Forwarded-For` that no trusted proxy wrote about itself.
 */
export function clientAddress(peer: string, forwarded: readonly string[], trusted: (address: string) => boolean): string {
  const nearest = plainAddress(peer)
  if (forwarded.length === 0 || !trusted(nearest)) return nearest
  const hops = forwarded
    .join(',')
    .split(',')
    .map((hop) => plainAddress(hop.trim()))
  for (const hop of hops.toReversed()) {
    // What is no address was not written by a proxy of ours.
    if (familyOf(hop) === undefined) return nearest
    if (!trusted(hop)) return hop
  }
  return hops[0] ?? nearest
}

import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { AuditRefused } from '../refused.ts'
import type { Origin } from '../send/wire.ts'

/** Loopback and private addresses: RFC 1122 section 3.2.1.3, RFC 1918, RFC 4291 section 2.5.3, RFC 4193, RFC 4291 section 2.5.6. */
const OURS: readonly (readonly [address: string, prefix: number, family: 'ipv4' | 'ipv6'])[] = [
  ['127.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
]

/** Words in host names of systems that people depend on. */
const PRODUCTION = /(^|[.\-_0-9])(prod|prd|production|live)([.\-_0-9]|$)/i

/**
 * The origin of a target, with the addresses that its name has now; they count for the whole run.
 *
 * Rejects with an `AuditRefused` unless all of them are loopback or private and the name is not that of a production
 * system, or `consent` repeats the host name.
 */
export async function admitTarget(target: string, consent: string | undefined): Promise<Origin> {
  const url = URL.canParse(target) ? new URL(target) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new AuditRefused('the target is no http: or https: address', 'write it like `http://127.0.0.1:3000`')
  if (url.username !== '' || url.password !== '') throw new AuditRefused('the target has credentials in its address', 'give them to a persona')
  if (url.search !== '' || url.hash !== '') throw new AuditRefused('the target has a query or a fragment', 'write the origin and a base path only')
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  const addresses = await addressesOf(hostname)
  const objection = objectionTo(hostname, addresses)
  if (objection !== undefined && consent?.toLowerCase() !== hostname)
    throw new AuditRefused(
      consent === undefined ? objection : `${objection}, and the consent names \`${consent}\``,
      `if it is yours and may be probed, repeat its name: \`--i-own ${hostname}\``,
    )
  const { protocol, port } = url
  return { protocol, hostname, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port), addresses }
}

async function addressesOf(hostname: string): Promise<readonly string[]> {
  if (isIP(hostname) !== 0) return [hostname]
  try {
    return (await lookup(hostname, { all: true })).map(({ address }) => address)
  } catch (error) {
    throw new AuditRefused(`the host \`${hostname}\` has no address`, 'see whether it is spelt right', { cause: error, exitCode: 3 })
  }
}

/** Why a host is not probed without consent. */
export function objectionTo(hostname: string, addresses: readonly string[]): string | undefined {
  if (PRODUCTION.test(hostname)) return `\`${hostname}\` has the name of a production system`
  const list = new BlockList()
  for (const [address, prefix, family] of OURS) list.addSubnet(address, prefix, family)
  const foreign = addresses.find((address) => !list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'))
  return foreign === undefined ? undefined : `\`${hostname}\` has the address ${foreign}, which is neither loopback nor private`
}

import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Origin } from '../send/wire.ts'

/** The origin of a target, with the addresses that its name has now. */
export async function resolveOrigin(target: string): Promise<Origin> {
  const { protocol, hostname: written, port } = new URL(target)
  if (protocol !== 'http:' && protocol !== 'https:') throw new TypeError(`the target begins with \`${protocol}\`; accepted are http: and https:`)
  const hostname = written.replace(/^\[|\]$/g, '')
  const addresses = isIP(hostname) === 0 ? (await lookup(hostname, { all: true })).map(({ address }) => address) : [hostname]
  return { protocol, hostname, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port), addresses }
}

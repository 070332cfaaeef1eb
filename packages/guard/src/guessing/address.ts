import type { RequestView } from '@countersign/core'
import { addressList } from '#platform'
import { checkerOf } from '../check.ts'

/** From which address a request comes; nothing if that cannot be told. */
export type AddressSource = (request: RequestView) => string | undefined

/** The address at the other end of the connection: right where no proxy stands in front. */
export function addressOfConnection(): AddressSource {
  return ({ connection }) => connection?.address
}

export interface AddressOfForwardedOptions {
  /** Addresses and CIDR ranges of the proxies. What anybody else says in the field is not believed. */
  readonly trusted: readonly [string, ...string[]]
}

/** Hops that are looked at; nobody has more proxies. */
const MOST = 32

/**
 * The last address in `X-Forwarded-For` that is none of your proxies, which is the first that one of them has seen itself.
 *
 * Throws a `TypeError` without proxies, or for what is no address.
 *
 * @example
 * import { addressOfForwarded } from 'countersign'
 *
 * export const address = addressOfForwarded({ trusted: ['10.0.0.0/8'] })
 */
export function addressOfForwarded(options: AddressOfForwardedOptions): AddressSource {
  const check = checkerOf('addressOfForwarded()')
  check.members(options, ['trusted'])
  if (!Array.isArray(options.trusted) || options.trusted.length === 0) check.refuse('trusted', options.trusted, 'the addresses or ranges of your proxies')
  const isTrusted = addressList(options.trusted)
  return (request) => {
    let nearest = request.connection?.address
    if (nearest === undefined) return undefined
    const hops = request.field('x-forwarded-for').join(',').split(',').toReversed().slice(0, MOST)
    for (const hop of hops) {
      const said = hop.trim()
      // What is no address was written by nobody who could know one.
      if (!isTrusted(plain(nearest)) || networkOf(said) === undefined) return nearest
      nearest = said
    }
    return nearest
  }
}

/** IPv4 in IPv6 as IPv4 (RFC 4291 section 2.5.5.2): a dual-stack socket gives it that way. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=[\d.]+$)/i, '')
}

/** Under what an address is counted: IPv6 callers have 64 bits to choose freely (RFC 4291 section 2.5.1). Nothing for what is none. */
export function networkOf(address: string): string | undefined {
  const text = plain(address.replace(/%.*$/, ''))
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return URL.canParse(`http://${text}`) ? text : undefined
  if (!/^[\da-f:.]{2,45}$/i.test(text) || !text.includes(':') || !URL.canParse(`http://[${text}]`)) return undefined
  const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = tail === undefined ? front : [...front, ...Array<string>(8 - front.length - back.length).fill('0'), ...back]
  return `${groups.slice(0, 4).join(':')}::/64`
}

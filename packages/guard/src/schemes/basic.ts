import { parseCredentials, Secret, type ParsedCredentials, type Presented, type Principal, type RequestView, type Scheme } from '@countersign/core'
import { textOf } from '#platform'
import { checkerOf } from '../check.ts'
import { after, type Settled } from '../settle.ts'
import type { Claims } from '../tokens/claims.ts'
import { knownPrincipal, type Known } from './known.ts'

export interface BasicOptions<C extends Claims = Claims> {
  /**
   * Finds whom a name and password stand for; `undefined` for nobody. What it throws is answered with 503.
   * Take as long for unknown names as for wrong passwords: `verifyPassword` of `countersign/passwords` does.
   */
  readonly verify: (user: string, password: string, context: { readonly signal: AbortSignal }) => Settled<Known<C> | undefined>
}

interface UserPass {
  readonly user: string
  readonly password: Secret
}

/**
 * Accepts a user name and password in UTF-8.
 *
 * Split at the first colon; what cannot be decoded is refused with 401, so that a browser asks again
 * (ledger conflict C12). A login by password is as recent as the request. Throws a `TypeError` without
 * `verify`. RFC 7617.
 *
 * @example
 * import { basic } from 'countersign'
 * import { hashPassword, verifyPassword } from 'countersign/passwords'
 *
 * const hashes = new Map([['olga', await hashPassword('correct horse')]])
 * export const scheme = basic({
 *   verify: async (user, password) => ((await verifyPassword(password, hashes.get(user))) ? { subject: user } : undefined),
 * })
 */
export function basic<C extends Claims = Claims>(options: BasicOptions<C>): Scheme<UserPass, Principal<C>> {
  const check = checkerOf('basic()')
  check.members(options, ['verify'])
  check.isFunction('verify', options.verify, 'a function from name and password to a principal or `undefined`')
  return {
    name: 'Basic',
    strength: 10,
    carrier: 'authorization',
    opensDialog: true,
    expresses: ['authenticate'],
    extract,
    verify: ({ user, password }, context) =>
      after(options.verify(user, password.reveal(), context), (known) =>
        known === undefined || known === null
          ? { result: 'rejected', reason: 'credentials-rejected' }
          : { result: 'accepted', principal: knownPrincipal(known, 'Basic', { authTime: context.now }) },
      ),
    challenges: ({ realm }) => [{ scheme: 'Basic', params: { realm, charset: 'UTF-8' } }],
  }
}

const REFUSED: Presented<UserPass> = { found: 'refused', reason: 'credentials-rejected' }

function extract(request: RequestView, parsed: ParsedCredentials = parseCredentials(request.field('authorization'))): Presented<UserPass> {
  if (parsed.found === 'nothing' || (parsed.found === 'credentials' && parsed.scheme.toLowerCase() !== 'basic')) return { found: 'nothing' }
  const text = parsed.found === 'credentials' && parsed.token68 !== undefined ? decode(parsed.token68) : undefined
  const colon = text?.indexOf(':') ?? -1
  // RFC 7617 section 2: no control characters in either part.
  if (text === undefined || colon === -1 || /[\u0000-\u001F\u007F]/.test(text)) return REFUSED
  return { found: 'credentials', credentials: { user: text.slice(0, colon), password: new Secret(text.slice(colon + 1)) } }
}

function decode(base64: string): string | undefined {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(base64)) return undefined
  return textOf(Uint8Array.from(atob(base64.replaceAll('=', '')), (character) => character.charCodeAt(0)))
}

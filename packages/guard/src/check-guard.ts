import type { AnyScheme } from '@countersign/core'
import { checkerOf, type Checker } from './check.ts'
import { strayScheme } from './metadata/address.ts'

const WHERE = 'createGuard()'
const check: Checker = checkerOf(WHERE)
const MEMBERS = [
  'realm',
  'schemes',
  'otherwise',
  'cors',
  'standing',
  'resourceMetadata',
  'role',
  'problemBase',
  'credentialLimit',
  'timeLimit',
  'contentTimeLimit',
  'onDecision',
  'onError',
  'clock',
] as const

/** Everything that types cannot say about the options of a guard. */
export function checkGuardOptions(options: { readonly [M in (typeof MEMBERS)[number]]?: unknown }): void {
  check.members(options, MEMBERS)
  const { realm, schemes, problemBase, credentialLimit, timeLimit, contentTimeLimit } = options
  if (typeof realm !== 'string' || !/^[\x20-\x7E]{1,200}$/.test(realm)) check.refuse('realm', realm, 'up to 200 characters of printable ASCII')
  if (!Array.isArray(schemes) || schemes.length === 0) check.refuse('schemes', schemes, 'at least one scheme, such as bearerJwt({ … })')
  checkSchemes(schemes)
  if (problemBase !== undefined && !(typeof problemBase === 'string' && URL.canParse(`${problemBase}x`)))
    check.refuse('problemBase', problemBase, 'the beginning of an absolute URI, such as `https://api.example/problems/`')
  const { resourceMetadata, role } = options
  if (resourceMetadata !== undefined && !isWebAddress(resourceMetadata))
    check.refuse(
      'resourceMetadata',
      resourceMetadata,
      'protectedResource({ … }), or the address of the metadata, such as `https://api.example/.well-known/oauth-protected-resource`',
    )
  // `checkSchemes` has looked at them.
  const stray = strayScheme(resourceMetadata, schemes as readonly AnyScheme[])
  if (stray !== undefined)
    throw new TypeError(
      `options \`schemes\` and \`resourceMetadata\` of ${WHERE} differ in the scheme \`${stray.name}\`; pass the same schemes to protectedResource()`,
    )
  if (role !== undefined && role !== 'origin' && role !== 'proxy') check.refuse('role', role, '`origin` or `proxy`')
  // RFC 9449 section 7.1: never with Proxy-Authenticate.
  if (role === 'proxy' && schemes.some(({ name }) => name === 'DPoP'))
    throw new TypeError(`option \`schemes\` of ${WHERE} has \`DPoP\`, which a guard with \`role: 'proxy'\` must not use; leave it out`)
  // Content and query are for the server behind the proxy.
  if (role === 'proxy' && schemes.some(({ also }) => also !== undefined))
    throw new TypeError(`option \`schemes\` of ${WHERE} has one that looks for tokens in form or query, which a guard with \`role: 'proxy'\` must not do`)
  check.count('credentialLimit', credentialLimit, [64, 1_048_576])
  check.seconds('timeLimit', timeLimit, [0.01, 300])
  check.seconds('contentTimeLimit', contentTimeLimit, [0.01, 3600])
  for (const option of ['standing', 'onDecision', 'onError', 'clock'] as const) {
    if (options[option] !== undefined) check.isFunction(option, options[option], 'a function')
  }
}

function isWebAddress(value: unknown): boolean {
  const text = value instanceof URL ? value.href : typeof value === 'object' && value !== null && 'url' in value ? value.url : value
  return typeof text === 'string' && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}

function checkSchemes(schemes: readonly unknown[]): void {
  const names = new Set<string>()
  for (const scheme of schemes) {
    const name: unknown = typeof scheme === 'object' && scheme !== null && 'name' in scheme && 'verify' in scheme ? scheme.name : undefined
    if (typeof name !== 'string') check.refuse('schemes', scheme, 'schemes made by bearerJwt(), bearerOpaque(), basic() or apiKey()')
    // Two of one name would make the second unreachable; several issuers belong into one bearerJwt().
    if (names.has(name.toLowerCase()))
      throw new TypeError(`option \`schemes\` of ${WHERE} has \`${name}\` twice; give one scheme several issuers, or one of the two another \`name\``)
    names.add(name.toLowerCase())
  }
}

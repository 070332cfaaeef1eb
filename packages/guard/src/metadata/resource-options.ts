import { isScopeToken, type AnyScheme, type NonEmpty } from '@countersign/core'
import type { CryptoKey, JWK, KeyObject } from 'jose'
import { checkerOf, type Checker } from '../check.ts'
import { DEFAULT_ALGORITHMS } from '../tokens/algorithms.ts'
import { isTrustworthy } from '../tokens/discovery.ts'
import type { Worded } from './document.ts'

/** With what the metadata is signed (RFC 9728 section 2.2). */
export interface ResourceSigning {
  readonly key: CryptoKey | KeyObject | JWK
  /** Such as `ES256`. */
  readonly algorithm: string
  /** The `kid` of the key in the key set at `jwksUri`. */
  readonly keyId?: string
  /** Who attests to it. Default: the resource itself. */
  readonly issuer?: string
}

/** What is known of a protected resource beside what its schemes say. */
export interface ProtectedResourceOptions {
  /** Its identifier: the https address that clients know it by, without a fragment; http only on the loopback interface. */
  readonly resource: string
  /** The schemes of the guard. Issuers, proof algorithms and bindings are theirs to say. */
  readonly schemes: NonEmpty<AnyScheme>
  /** Issuers of authorization servers. Default: all issuers that the schemes trust. */
  readonly authorizationServers?: NonEmpty<string>
  /** Scopes that clients may want to ask for; not necessarily all. */
  readonly scopesSupported?: NonEmpty<string>
  /** Types of authorization details that are understood (RFC 9396). */
  readonly authorizationDetailsTypes?: NonEmpty<string>
  /** Where the public keys of this resource are, for its own signatures. */
  readonly jwksUri?: string
  /** What this resource signs its responses with. */
  readonly signingAlgorithms?: NonEmpty<string>
  readonly name?: Worded
  /** Addresses of pages for developers and for those who consent. */
  readonly documentation?: Worded
  readonly policy?: Worded
  readonly terms?: Worded
  readonly sign?: ResourceSigning
  /** Seconds for which clients and caches may keep the document. Default 3600. */
  readonly maxAge?: number
}

const check: Checker = checkerOf('protectedResource()')
const MEMBERS = [
  'resource',
  'schemes',
  'authorizationServers',
  'scopesSupported',
  'authorizationDetailsTypes',
  'jwksUri',
  'signingAlgorithms',
  'name',
  'documentation',
  'policy',
  'terms',
  'sign',
  'maxAge',
] as const

/** Everything that types cannot say about the options of a protected resource. */
export function checkResourceOptions(options: ProtectedResourceOptions): void {
  check.members(options, MEMBERS)
  const { resource, schemes, jwksUri, maxAge, sign } = options
  if (!isResource(resource))
    check.refuse(
      'resource',
      resource,
      'the https address of this API, without a fragment and written as `new URL` writes it; http only on the loopback interface',
    )
  if (!Array.isArray(schemes) || schemes.length === 0) check.refuse('schemes', schemes, 'the schemes of the guard')
  if (jwksUri !== undefined && !isAddress(jwksUri)) check.refuse('jwksUri', jwksUri, 'an https address')
  checkLists(options)
  for (const page of ['documentation', 'policy', 'terms'] as const) checkWorded(page, options[page], (text) => /^https?:/.test(text) && URL.canParse(text))
  checkWorded('name', options.name, (text) => text.trim() !== '')
  check.seconds('maxAge', maxAge, [0, 31_536_000])
  if (sign !== undefined) checkSigning(sign)
}

/** `resource` is compared as a text by clients (section 3.3), so another spelling of the same address is a mistake; only the slash of an empty path may be left out. */
function isResource(resource: unknown): boolean {
  if (typeof resource !== 'string' || resource.includes('#') || !isAddress(resource)) return false
  const { href } = new URL(resource)
  return resource === href || `${resource}/` === href
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && isTrustworthy(new URL(value))
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isAsymmetric = (name: unknown): boolean => DEFAULT_ALGORITHMS.some((algorithm) => algorithm === name)

const LISTS = {
  authorizationServers: ['issuers of authorization servers, with https', isAddress],
  scopesSupported: ['scopes, without spaces and quotes', (value: unknown) => typeof value === 'string' && isScopeToken(value)],
  authorizationDetailsTypes: ['types of authorization details', isText],
  // RFC 9728 section 2: `none` must not be used.
  signingAlgorithms: ['algorithms such as ES256', isAsymmetric],
} as const

function checkLists(options: ProtectedResourceOptions): void {
  for (const name of ['authorizationServers', 'scopesSupported', 'authorizationDetailsTypes', 'signingAlgorithms'] as const) {
    const list = options[name]
    const [accepted, isFit] = LISTS[name]
    // RFC 9728 section 3.2: what has no values is left out.
    if (list !== undefined && !(Array.isArray(list) && list.length > 0 && list.every(isFit))) check.refuse(name, list, `a list of ${accepted}`)
  }
}

function checkWorded(name: string, worded: Worded | undefined, isFit: (text: string) => boolean): void {
  if (worded === undefined) return
  const texts: readonly [string, unknown][] = typeof worded === 'object' && worded !== null ? Object.entries(worded) : [['', worded]]
  for (const [language, text] of texts) {
    if (!/^(?:[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*)?$/.test(language))
      check.refuse(name, language, 'texts by language, such as `{ "": "Orders", de: "Bestellungen" }`')
    if (typeof text !== 'string' || !isFit(text)) check.refuse(name, text, name === 'name' ? 'a name for people' : 'the address of a page')
  }
}

function checkSigning({ key, algorithm, keyId, issuer }: ResourceSigning): void {
  const within = checkerOf('protectedResource({ sign })')
  // Not the key in a message, whatever it is.
  if (typeof key !== 'object' || key === null)
    throw new TypeError('option `key` of protectedResource({ sign }) is no private key; pass a CryptoKey, a KeyObject or a JWK')
  if (!isAsymmetric(algorithm)) within.refuse('algorithm', algorithm, 'an algorithm with a public key, such as ES256')
  if (keyId !== undefined && !isText(keyId)) within.refuse('keyId', keyId, 'the `kid` of the key')
  if (issuer !== undefined && !isText(issuer)) within.refuse('issuer', issuer, 'who attests to the metadata, such as the resource itself')
}

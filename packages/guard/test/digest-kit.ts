import { createHash } from 'node:crypto'
import { createGuard, digest, digestHash, parseChallenges, type DigestAlgorithm, type DigestOptions, type Guard, type RequestView } from 'countersign'
import { request } from 'countersign/testing'
import { reasonOf } from './tokens.ts'

export const REALM = 'orders'
export const PASSWORD = 'correct horse'
export const SECRET = 'the secret of nonces in these tests'
/** The beginning of a slot of 100 seconds, so that tests know when nonces change. */
export const START = 1_700_000_000

const ha1 = await digestHash('olga', REALM, PASSWORD)

export const lookup: DigestOptions['lookup'] = (user) => (user === 'olga' ? { subject: user, ha1 } : undefined)

/** A guard with Digest alone, and the time that it goes by. */
export function stand(options: Partial<DigestOptions> = {}): { readonly clock: { now: number }; readonly guard: Guard; readonly errors: unknown[] } {
  const clock = { now: START }
  const errors: unknown[] = []
  const scheme = digest({ secret: SECRET, lookup, lifetime: 100, ...options })
  return { clock, errors, guard: createGuard({ realm: REALM, schemes: [scheme], clock: () => clock.now, onError: (error) => errors.push(error) }) }
}

const AUTHENTICATED = { type: 'authenticated' } as const

/** What a guard decides about a request: the reason, or `allow`. */
export async function decided(guard: Guard, view: RequestView): Promise<string> {
  return reasonOf(await guard.decide(view, AUTHENTICATED))
}

/** The whole answer to a request, as far as Digest has a part in it. */
export async function asked(guard: Guard, view: RequestView = request('GET', '/data')) {
  const passage = await guard.gate(AUTHENTICATED)(view)
  if (passage.pass) return { status: 200, lines: [], told: passage.fields?.fields }
  const { status, fields } = passage.answer
  return { status, lines: fields.filter(([name]) => name === 'WWW-Authenticate').map(([, value]) => value), told: undefined }
}

/** A nonce that this guard gives now. */
export async function nonceOf(guard: Guard): Promise<string> {
  const { lines } = await asked(guard)
  return parseChallenges(lines).challenges[0]?.params['nonce'] ?? ''
}

/** How credentials differ from good ones for GET of /data; `undefined` takes a parameter away. */
export interface CredentialOptions {
  readonly params?: Readonly<Record<string, string | undefined>>
  readonly user?: string
  readonly password?: string
  readonly method?: string
  readonly content?: string
}

const NODE_NAMES: Readonly<Record<DigestAlgorithm, string>> = { 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' }

/** The value of Authorization, computed from the text of RFC 7616 section 3.4 and not with the guard's own functions. */
export function credentialsFor(nonce: string, options: CredentialOptions = {}): string {
  const { user = 'olga', password = PASSWORD, method = 'GET', content } = options
  const good = { username: user, realm: REALM, uri: '/data', algorithm: 'SHA-256', nonce, nc: '00000001', cnonce: 'c', qop: 'auth' }
  const params: Record<string, string | undefined> = { ...good, ...options.params }
  const name = params['algorithm'] === 'SHA-512-256' ? 'SHA-512-256' : 'SHA-256'
  const hash = (text: string) => createHash(NODE_NAMES[name]).update(text).digest('hex')
  const a2 = `${method}:${params['uri']}${content === undefined ? '' : `:${hash(content)}`}`
  const { nc, cnonce, qop } = params
  const response = hash([hash(`${user}:${REALM}:${password}`), params['nonce'], nc, cnonce, qop, hash(a2)].join(':'))
  const all = Object.entries({ response, ...params }).filter(([, value]) => value !== undefined)
  const bare = ['algorithm', 'qop', 'nc', 'userhash', 'username*']
  return `Digest ${all.map(([key, value]) => (bare.includes(key) ? `${key}=${value}` : `${key}="${value}"`)).join(', ')}`
}

/** A request with such credentials. */
export function digestRequest(nonce: string, options: CredentialOptions & { readonly target?: string } = {}): RequestView {
  return request(options.method ?? 'GET', options.target ?? '/data', { authorization: credentialsFor(nonce, options) })
}

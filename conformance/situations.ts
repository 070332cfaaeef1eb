import type { Guard, NonEmpty, Reason } from 'countersign'
import type { Route } from './adapters.ts'
import type { Resources } from './application.ts'
import type { GatewaySetup } from './gateway/setup.ts'
import type { KeyServer } from './fixtures/key-server.ts'
import { token, type TokenOptions, type World } from './fixtures/world.ts'
import type { Received } from './wire.ts'

/** A request as it goes over the wire. */
export interface Sent {
  readonly method: string
  readonly path: string
  /** Field lines in order; `Host` is put in front unless one is here. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly body?: string
  /** Sends the body in one chunk, with these lines behind it. */
  readonly trailers?: readonly (readonly [name: string, value: string])[]
  /** Sends it over TLS and HTTP/2, with names in lower case; the site needs a certificate. */
  readonly http2?: true
}

/** A request as the service behind a gateway got it. */
export interface Arrived {
  readonly method: string
  /** Names and values, flat. */
  readonly rawHeaders: readonly string[]
}

/** What a situation can do with an open site, beside sending requests to it. */
export interface Handles {
  /** A key that is good here. */
  readonly key?: string
  /** The key server of this site alone. */
  readonly keys?: KeyServer
  /** Lets the guard's clock go on by so many seconds. */
  readonly advance?: (seconds: number) => void
  /** Puts the id of a token on the list of revoked ones. */
  readonly revoke?: (id: string) => unknown
  /** What look-ups of the site were asked for. */
  readonly lookups?: readonly string[]
  /** The last request with this target that came to the service behind the gateway. */
  readonly arrived?: (target: string) => Arrived | undefined
  /** Takes the store of the gateway away. */
  readonly breakStore?: () => unknown
  readonly port?: number
}

/** A guard and its routes, ready to be served. */
export interface OpenSite extends Handles {
  readonly guard: Guard
  readonly routes: readonly Route[]
  /** What is described to clients. */
  readonly resources?: Resources
  readonly close?: () => Promise<void>
}

/** What is protected, opened once for every column, or once for every variant that has one of its own. */
export interface Site {
  readonly name: string
  /** A guard with routes, for the adapters. A site without it is the gateway's alone. */
  open?(world: World): OpenSite | Promise<OpenSite>
  /** The same as a configuration of the gateway; `library-alone.ts` says why a site has none. */
  readonly gateway?: GatewaySetup
}

/** What a variant can use while it runs. */
export interface Stage {
  readonly world: World
  readonly site: Handles
  send(sent: Sent): Promise<Received>
}

/** Values of the placeholders in the table's templates; a part in brackets is expected exactly if its values are here. */
export type Values = Readonly<Record<string, string>>

/** A request that is made for the occasion, with the path that it will have. */
export interface SendLater {
  (stage: Stage): Promise<Sent>
  readonly path: string
}

/** One request that puts a row of the table into practice. The answer expected is the table's. */
export interface Variant {
  /** Ends the sentence "<row> (<name>)". */
  readonly name: string
  readonly site: Site
  readonly send: Sent | ((stage: Stage) => Sent | Promise<Sent>)
  /** Brings the site into the situation, before the request is sent. */
  readonly before?: (stage: Stage) => Promise<unknown>
  readonly values?: Values
  /** Gives `{desc}`. */
  readonly reason?: Reason
  /** The scheme of the site, where the row has the same parameters for another one. */
  readonly named?: keyof typeof PLAIN_ROWS
  /** Schemes for `{all}` and `{missing}`, strongest first; those of the site's route. */
  readonly asked?: NonEmpty<keyof typeof PLAIN_ROWS>
  /** Further schemes of the route, whose plain challenges come behind (ledger section 3, last paragraph). */
  readonly also?: readonly (keyof typeof PLAIN_ROWS)[]
  /** The row whose answer `{as-denied}` and `{of-alternative}` stand for. */
  readonly as?: string
  /** Challenges of the row for schemes that this guard does not have yet. */
  readonly without?: readonly string[]
  /** The row has its lines as a specification prints them; the guard sends the strongest first, as the row no-credentials-several-schemes asks (RFC 9110 section 11.4: clients choose it). */
  readonly strongestFirst?: true
  /** The status, and the slug of the problem, where the row allows another status that no row of the table has as its own. */
  readonly alternative?: { readonly status: number; readonly problem: string | undefined }
  /** Adapters whose server refuses the request itself, before the guard: no more than the status and the challenges can be asked of it. */
  readonly refusedBefore?: readonly string[]
  /** Members of the problem document beside type, title, status and id. */
  readonly members?: Readonly<Record<string, unknown>>
  /** A request that looks alike and must pass: the row must not be met too eagerly. */
  readonly passes?: true
  /** Why the same request with HEAD is another situation. */
  readonly notHead?: string
  /** A request whose answer must equal this one in every byte but Date and the id. */
  readonly twin?: Sent | ((stage: Stage) => Sent | Promise<Sent>)
  /** Fields of the answer that the row does not speak of. */
  readonly fields?: Readonly<Record<string, string>>
  /** Seconds in which the answer must be there. */
  readonly within?: number
  /** Values that only the answer can tell, such as how long to wait. Throws for a value that cannot be right. */
  readonly read?: (received: Received) => Values
  /** What the service behind the gateway said, for rows that pass it on. */
  readonly passedOn?: { readonly challenges: readonly string[]; readonly cache: string }
  /** Further faults. */
  readonly after?: (stage: Stage, received: Received) => readonly string[] | Promise<readonly string[]>
}

/** An application that must not come into being: making it throws a `TypeError`. */
export interface Refusal {
  readonly name: string
  readonly refuses: (world: World) => Pick<OpenSite, 'guard' | 'routes'>
  /** What the message names. */
  readonly naming: RegExp
}

/** A configuration that a gateway must not start with. */
export interface ConfigurationRefusal {
  readonly name: string
  readonly starts: GatewaySetup
  /** What one of the errors names. */
  readonly naming: RegExp
}

export type Situation = Variant | Refusal | ConfigurationRefusal

/** Situations by the id of their row. */
export type Rows = Readonly<Record<string, readonly Situation[]>>

/** The rows that give the plain challenge of each scheme. */
export const PLAIN_ROWS = {
  DPoP: 'no-credentials-dpop',
  Bearer: 'no-credentials-bearer',
  Basic: 'no-credentials-basic',
  ApiKey: 'no-credentials-api-key',
  Session: 'no-session-api',
} as const

export const isRefusal = (situation: Situation): situation is Refusal => 'refuses' in situation

export const isConfigurationRefusal = (situation: Situation): situation is ConfigurationRefusal => 'starts' in situation

type More = Partial<Sent>

/** A request, by default a GET of an order. */
export function request(more: More = {}): Sent {
  return { method: 'GET', path: '/orders/1', fields: [], ...more }
}

/** What a browser sends for script of a page of this origin. */
export function scripted(mode: string): Sent {
  const fields = [
    ['Sec-Fetch-Mode', mode],
    ['Sec-Fetch-Site', 'same-origin'],
    ['Sec-Fetch-Dest', 'empty'],
  ] as const
  return request({ fields })
}

/** A request with one Authorization line. */
export function authorization(value: string, more: More = {}): Sent {
  return request({ ...more, fields: [['Authorization', value], ...(more.fields ?? [])] })
}

/** A request with a Bearer token made for the occasion. */
export function bearer(make: (world: World, stage: Stage) => string | Promise<string>, more: More = {}): SendLater {
  const send = async (stage: Stage): Promise<Sent> => authorization(`Bearer ${await make(stage.world, stage)}`, more)
  return Object.assign(send, { path: request(more).path })
}

/** A request with a token that jose signed. */
export function signed(options: TokenOptions | ((world: World) => TokenOptions) = {}, more: More = {}): SendLater {
  return bearer((world) => token(world, typeof options === 'function' ? options(world) : options), more)
}

/** A request with the key that is good at the site. */
export function keyed(more: More = {}): (stage: Stage) => Sent {
  return ({ site }) => request({ ...more, fields: [...(more.fields ?? []), ['X-Api-Key', keyOf(site)]] })
}

/** The good key of a site. Throws if it has none. */
export function keyOf({ key }: Handles): string {
  if (key === undefined) throw new Error('this site has no API key')
  return key
}

/** A request with a user name and a password. */
export function basicly(user: string, password: string, more: More = {}): Sent {
  return authorization(`Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`, more)
}

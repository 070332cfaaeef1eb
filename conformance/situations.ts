import type { Guard, NonEmpty, Reason } from 'countersign'
import type { Route } from './adapters.ts'
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
}

/** A guard and its routes, ready to be served. */
export interface OpenSite {
  readonly guard: Guard
  readonly routes: readonly Route[]
  /** The key server of this site alone. */
  readonly keys?: KeyServer
  /** Lets the guard's clock go on by so many seconds. */
  readonly advance?: (seconds: number) => void
  /** Puts the id of a token on the list of revoked ones. */
  readonly revoke?: (id: string) => void
  /** What look-ups of the site were asked for. */
  readonly lookups?: readonly string[]
  readonly close?: () => Promise<void>
}

/** A guard with routes; opened once for every adapter, or once for every variant that has one of its own. */
export interface Site {
  readonly name: string
  open(world: World): OpenSite | Promise<OpenSite>
}

/** What a variant can use while it runs. */
export interface Stage {
  readonly world: World
  readonly site: OpenSite
  send(sent: Sent): Promise<Received>
}

/** Values of the placeholders in the table's templates; a part in brackets is expected exactly if its values are here. */
export type Values = Readonly<Record<string, string>>

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
  /** Schemes for `{all}` and `{missing}`, strongest first; those of the site's route. */
  readonly asked?: NonEmpty<keyof typeof PLAIN_ROWS>
  /** Further schemes of the route, whose plain challenges come behind (ledger section 3, last paragraph). */
  readonly also?: readonly (keyof typeof PLAIN_ROWS)[]
  /** The row whose answer `{as-denied}` and `{of-alternative}` stand for. */
  readonly as?: string
  /** Challenges of the row for schemes that this guard does not have yet. */
  readonly without?: readonly string[]
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
  /** Seconds in which the answer must be there. */
  readonly within?: number
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

export type Situation = Variant | Refusal

/** Situations by the id of their row. */
export type Rows = Readonly<Record<string, readonly Situation[]>>

/** The rows that give the plain challenge of each scheme. */
export const PLAIN_ROWS = { Bearer: 'no-credentials-bearer', Basic: 'no-credentials-basic', ApiKey: 'no-credentials-api-key' } as const

export const isRefusal = (situation: Situation): situation is Refusal => 'refuses' in situation

type More = Partial<Sent>

/** A request, by default a GET of an order. */
export function request(more: More = {}): Sent {
  return { method: 'GET', path: '/orders/1', fields: [], ...more }
}

/** A request with one Authorization line. */
export function authorization(value: string, more: More = {}): Sent {
  return request({ ...more, fields: [['Authorization', value], ...(more.fields ?? [])] })
}

/** A request with a Bearer token made for the occasion. */
export function bearer(make: (world: World, stage: Stage) => string | Promise<string>, more: More = {}): (stage: Stage) => Promise<Sent> {
  return async (stage) => authorization(`Bearer ${await make(stage.world, stage)}`, more)
}

/** A request with a token that jose signed. */
export function signed(options: TokenOptions | ((world: World) => TokenOptions) = {}, more: More = {}): (stage: Stage) => Promise<Sent> {
  return bearer((world) => token(world, typeof options === 'function' ? options(world) : options), more)
}

/** A request with a user name and a password. */
export function basicly(user: string, password: string, more: More = {}): Sent {
  return authorization(`Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`, more)
}

import { createHash, timingSafeEqual } from 'node:crypto'
import type { Answer, Denial, RequestView } from '@countersign/core'
import { requestView } from 'countersign/node'
import { DIALECTS } from '../dialects/index.ts'
import type { Dialect, Line, Original, Reading, SubRequest, Voice } from '../dialects/dialect.ts'
import { SECRET_FIELD } from '../dialects/fields.ts'
import { headerSize, HEADER_BUDGET } from '../dialects/reply.ts'
import type { Config, ListenConfig } from '../config/config.ts'
import type { ForwardAuthConfig } from '../config/forward-auth-config.ts'
import type { Live } from '../live.ts'
import { addressList, plainAddress } from '../network/addresses.ts'
import { judgePath, type JudgedPath } from '../proxy/path.ts'
import { refusal } from '../proxy/refusals.ts'
import { faultOfHead, originForm, readHead } from '../proxy/request-head.ts'
import type { FrontRequest, Ruling } from '../proxy/ruling.ts'
import { originalRequest } from './original-request.ts'
import { keyOf, Recent } from './recent.ts'

export type Served = Extract<Ruling, { kind: 'serve' }>

/** A question, as far as it was understood. */
export interface Question {
  readonly voice: Voice
  readonly reading: Reading
  /** Everything that was asked, by which a repeated question is known. */
  readonly asked: SubRequest
  /** The sub-request itself, for answers about it. */
  readonly view: RequestView
}

/** A question that was understood. */
interface Asking {
  readonly voice: Voice
  readonly view: RequestView
  readonly original: Original
}

/** Somebody who asks. */
export interface Asker {
  readonly connection: RequestView['connection']
  /** What it sent as the secret. */
  readonly said: unknown
  /** Where it came in; nobody is trusted at a door that is in the configuration no more. */
  readonly door: ListenConfig | undefined
}

/** What the entrance for other proxies is made of. */
export interface EntranceOptions {
  readonly config: Config
  readonly forwardAuth: ForwardAuthConfig
  readonly live: Live
  /** Told what is wrong with the configuration of a proxy. */
  readonly onFault: (detail: string) => void
}

const MISCONFIGURED: Denial = { outcome: 'fault', reason: 'misconfigured', remedy: { action: 'none' }, explanation: { id: '', steps: [] } }
const NOT_A_PEER: Denial = { outcome: 'forbid', reason: 'address-refused', remedy: { action: 'none' }, challenges: [], explanation: { id: '', steps: [] } }

/** Answers proxies that ask whether a request may pass: the decision is the gateway's own, the dialect writes it. */
export class ForwardAuth {
  readonly #options: EntranceOptions
  readonly #isPeer: (address: string) => boolean
  readonly #recent = new Recent<Served | Promise<Served>>()

  constructor(options: EntranceOptions) {
    this.#options = options
    this.#isPeer = addressList(options.forwardAuth.peers)
  }

  /** The answer to a sub-request; `path` is its own. Never throws for what the proxy sent. */
  rule(request: FrontRequest, path: JudgedPath): Ruling | Promise<Ruling> {
    const asked: SubRequest = { method: request.method ?? '', target: request.url ?? '', raw: request.rawHeaders }
    const view = requestView(request)
    const { forwardAuth } = this.#options
    if (!this.isTrusted({ connection: view.connection, said: request.headers[SECRET_FIELD], door: forwardAuth.listen }))
      return { kind: 'refuse', answer: this.#denied(NOT_A_PEER, view) }
    const dialect = this.#dialectAt(path.path)
    if (dialect === undefined) return { kind: 'refuse', answer: refusal('about:blank') }
    return this.answer({ voice: dialect, reading: dialect.read(asked), asked, view })
  }

  /** The answer to a question of somebody who is trusted. Never throws for what the proxy said. */
  answer({ voice, reading, asked, view }: Question): Served | Promise<Served> {
    if (!reading.ok) return this.#misconfigured({ voice, view }, `the sub-request of ${voice.name} is no question: ${reading.fault}`)
    const { original } = reading
    const asking: Asking = { voice, view, original }
    if (original.id === undefined) return this.#answer(asking)
    const [key, now] = [keyOf(original.id, asked), Date.now() / 1000]
    const before = this.#recent.get(key, now)
    if (before !== undefined) return before
    const answer = this.#answer(asking)
    this.#recent.put(key, answer, now)
    return answer
  }

  /** Whether somebody may ask: by address, by certificate if the door wants one, and by the secret if there is one. */
  isTrusted({ connection, said, door }: Asker): boolean {
    const { secret } = this.#options.forwardAuth
    if (door === undefined || !this.#isPeer(plainAddress(connection?.address ?? ''))) return false
    // Node takes a resumed connection without a certificate for an authorized one (TLS 1.3), so there has to be one as well.
    if (door.tls?.clientCertificates !== undefined && connection?.certificate()?.trusted !== true) return false
    if (secret === undefined) return true
    return typeof said === 'string' && timingSafeEqual(digest(said), digest(secret))
  }

  #dialectAt(path: string): Dialect | undefined {
    const [, name] = /^\/authz\/([a-z-]+)(?:\/|$)/.exec(path) ?? []
    const open = this.#options.forwardAuth.proxies.find((one) => one === name)
    return open === undefined ? undefined : DIALECTS[open]
  }

  #answer(asking: Asking): Served | Promise<Served> {
    const ruling = this.#decide(asking.original)
    return ruling instanceof Promise ? ruling.then((settled) => this.#write(asking, settled)) : this.#write(asking, ruling)
  }

  /** Checks the message as the front does, and asks the rules. */
  #decide(original: Original): Ruling | Promise<Ruling> {
    const request = originalRequest(original)
    const head = readHead(request)
    const fault = faultOfHead(head, request)
    if (fault !== undefined) return { kind: 'refuse', answer: refusal(fault) }
    const origin = originForm(original.uri, head)
    const path = origin === undefined ? undefined : judgePath(origin)
    if (path?.ok !== true) return { kind: 'refuse', answer: refusal('malformed-request') }
    return this.#options.live.rules.rule(request, path)
  }

  #write(asking: Asking, ruling: Ruling): Served {
    const { voice, original } = asking
    const { note } = ruling
    if (note !== undefined) note.about = { method: original.method, target: original.uri }
    const about = note === undefined ? {} : { note }
    if (ruling.kind === 'forward') return this.#fit(asking, { ...voice.allow(this.#identityOf(ruling)), ...about })
    return this.#fit(asking, { ...voice.refuse(answerOf(ruling), original), ...about })
  }

  /** Who the caller is, and nothing of ours: no credential for an upstream, no trace. */
  #identityOf({ to }: Extract<Ruling, { kind: 'forward' }>): readonly Line[] {
    const { headers, assertion } = this.#options.config.identity
    const names = new Map([...Object.values(headers), ...(assertion === undefined ? [] : [assertion.header])].map((name) => [name.toLowerCase(), name]))
    return to.fields.flatMap(([name, value]) => (names.has(name) ? [[names.get(name) ?? name, value] as const] : []))
  }

  /** A head that a proxy cannot take would become its own 500 or 502, without a word about why. */
  #fit(asking: Asking, reply: Omit<Served, 'kind'>): Served {
    const size = headerSize(reply.fields)
    if (size <= HEADER_BUDGET) return { kind: 'serve', ...reply }
    const text = `an answer for ${asking.voice.name} has ${size} bytes of fields, and proxies take ${HEADER_BUDGET}; have fewer roles or scopes in credentials, or take away \`identity.assertion\``
    return this.#misconfigured(asking, text)
  }

  /** Loud for whoever runs the proxy, and never "yes". */
  #misconfigured({ voice, view }: Pick<Asking, 'voice' | 'view'>, text: string): Served {
    this.#options.onFault(text)
    return { kind: 'serve', ...voice.refuse(this.#denied(MISCONFIGURED, view)) }
  }

  #denied(denial: Denial, view: RequestView): Answer {
    return this.#options.live.guard.answer({ ...denial, explanation: { id: crypto.randomUUID(), steps: [] } }, view)
  }
}

/** A 200 of the gateway's own, such as its key set, would be a "yes" to proxies; it is at the gateway's own port. */
function answerOf(ruling: Exclude<Ruling, { kind: 'forward' }>): Answer {
  if (ruling.kind === 'refuse') return ruling.answer
  return ruling.status === 204 ? { status: ruling.status, fields: ruling.fields } : refusal('about:blank')
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

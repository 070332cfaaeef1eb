/** What `fetch` of a client takes beyond that of the platform. */
export interface ClientInit extends RequestInit {
  /** Makes the content once more. Without it a stream is sent once, and what would have to repeat it is handed on. */
  readonly replay?: () => BodyInit
  /** Required by the platform for content that is a stream. */
  readonly duplex?: 'half'
}

/** A request that can be sent more than once. */
export interface Outgoing {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly signal: AbortSignal
  readonly redirect: RequestRedirect
  /** Everything else, as it was given. */
  readonly rest: RequestInit
  /** Content, if any; called once for every sending. */
  readonly content: () => BodyInit | null
  readonly replayable: boolean
}

// The members of Request that are members of RequestInit, too, and are not kept elsewhere.
const MEMBERS = ['cache', 'credentials', 'integrity', 'keepalive', 'mode', 'referrer', 'referrerPolicy'] as const

/** Reads the arguments of `fetch`. Throws a `TypeError` where `fetch` would for the address. */
export function outgoingOf(input: RequestInfo | URL, init: ClientInit = {}): Outgoing {
  const given = input instanceof Request ? input : undefined
  const { method, headers, signal, redirect, body, replay, ...others } = init
  const content = body === undefined || body === null ? (given?.body ?? null) : body
  const replayable = replay !== undefined || !isStream(content)
  return {
    method: normal(method ?? given?.method ?? 'GET'),
    // A request makes an address absolute where the platform has a base.
    url: new URL(given?.url ?? new Request(input).url),
    headers: new Headers(headers ?? given?.headers),
    signal: signal ?? given?.signal ?? new AbortController().signal,
    redirect: redirect ?? given?.redirect ?? 'follow',
    rest: { ...(given === undefined ? {} : membersOf(given)), ...others, ...(replayable && replay === undefined ? {} : { duplex: 'half' }) },
    content: replay ?? (() => content),
    replayable,
  }
}

/** Fetch, "normalize a method": these are written in any case. */
function normal(method: string): string {
  const upper = method.toUpperCase()
  return ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'].includes(upper) ? upper : method
}

function membersOf(request: Request): RequestInit {
  return Object.fromEntries(MEMBERS.flatMap((name) => (request[name] === undefined || request[name] === '' ? [] : [[name, request[name]]])))
}

/** Whether content can be sent once only: streams, and what Node takes besides, which is iterated. */
function isStream(content: unknown): boolean {
  if (typeof content !== 'object' || content === null || content instanceof FormData || content instanceof URLSearchParams) return false
  return Symbol.asyncIterator in content || content instanceof ReadableStream
}

/** Whether sending a request twice is the same as once (RFC 9110 section 9.2.2), or the server is told to see to it. */
export function isIdempotent({ method, headers }: Outgoing): boolean {
  return ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'].includes(method) || headers.has('idempotency-key')
}

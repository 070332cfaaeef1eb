import type { Answer, Fields, RequestView } from '@countersign/core'
import { checkerOf, type Checker } from './check.ts'
import { isOrigin } from './origin.ts'

/** Which origins may read this API's answers, those of handlers and refusals alike, from a browser. */
export interface CorsOptions {
  /** Exact origins such as `https://app.example`; `*` for all, which excludes `credentials`. */
  readonly origins: readonly string[]
  /** Origins under which this API itself is known, instead of the one in `Host`, which is the attacker's where a name was made to resolve to this server (DNS rebinding). They may send requests like the others. */
  readonly ownOrigins?: readonly string[]
  /** Whether browsers may send cookies. Default `false`. */
  readonly credentials?: boolean
  /** Methods that a preflight is told. Default GET, HEAD, POST, PUT, PATCH, DELETE. */
  readonly methods?: readonly string[]
  /** Request fields that a preflight is told. Default Authorization, DPoP, Content-Type. */
  readonly headers?: readonly string[]
  /** Seconds for which a browser may remember a preflight. Default 600. */
  readonly maxAge?: number
}

/** The CORS side of a guard: nothing but field lines, derived from the request. */
export interface Cors {
  /** The fields that every denial carries, so that script can read it (Fetch, CORS check). */
  denialFields(view: RequestView): Fields
  /** The fields that let script read what a handler answers; nothing if the request comes from no allowed origin. */
  passFields(view: RequestView): Fields | undefined
  /** The answer to a preflight from an allowed origin; nothing if the origin may not ask. */
  preflight(view: RequestView): Answer | undefined
  /** Whether this is a cross-origin request from an origin that is not allowed. */
  isForeign(view: RequestView): boolean
}

// "*" would not cover these for credentialed requests, so they are named (Fetch, CORS-exposed response headers).
const EXPOSED = 'WWW-Authenticate, DPoP-Nonce, Retry-After, Accept-Signature'
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
const HEADERS = ['Authorization', 'DPoP', 'Content-Type']
const PREFLIGHT_VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'

/** Whether a request is a CORS preflight, which never carries credentials (Fetch, CORS-preflight fetch). */
export function isPreflight(view: RequestView): boolean {
  return view.method === 'OPTIONS' && view.field('origin').length === 1 && view.field('access-control-request-method').length === 1
}

/** The answer to a preflight where no origin is configured: no CORS fields, so browsers do not go on. */
export const SILENT_PREFLIGHT: Answer = { status: 204, fields: [['Cache-Control', 'no-store']] }

export function createCors(options: CorsOptions): Cors {
  checkCors(options)
  const all = options.origins.includes('*')
  const told = preflightFields(options)
  const allowed = (view: RequestView): string | undefined => {
    const [origin, second] = view.field('origin')
    return origin !== undefined && second === undefined && (all || options.origins.includes(origin)) ? origin : undefined
  }
  const shared = (origin: string): Fields => {
    const field = ['Access-Control-Allow-Origin', all ? '*' : origin] as const
    return options.credentials === true ? [field, ['Access-Control-Allow-Credentials', 'true']] : [field]
  }
  return {
    denialFields(view) {
      const origin = allowed(view)
      return origin === undefined ? [['Vary', 'Origin']] : [...shared(origin), ['Access-Control-Expose-Headers', EXPOSED], ['Vary', 'Origin']]
    },
    passFields(view) {
      const origin = allowed(view)
      return origin === undefined ? undefined : shared(origin)
    },
    preflight(view) {
      const origin = allowed(view)
      return origin === undefined ? undefined : { status: 204, fields: [...shared(origin), ...told] }
    },
    isForeign(view) {
      const [origin, second] = view.field('origin')
      if (origin === undefined || allowed(view) !== undefined) return false
      return options.ownOrigins === undefined ? !isOwnOrigin(origin, view) : second !== undefined || !options.ownOrigins.includes(origin)
    },
  }
}

function preflightFields({ methods = METHODS, headers = HEADERS, maxAge = 600 }: CorsOptions): Fields {
  return [
    ['Access-Control-Allow-Methods', methods.join(', ')],
    ['Access-Control-Allow-Headers', headers.join(', ')],
    ['Access-Control-Max-Age', String(maxAge)],
    ['Vary', PREFLIGHT_VARY],
  ]
}

/** Browsers send Origin with their own site's unsafe requests, too. The scheme is not compared: TLS may end before us. */
function isOwnOrigin(origin: string, view: RequestView): boolean {
  const [host] = view.field('host')
  return host !== undefined && (origin === `https://${host}` || origin === `http://${host}`)
}

function checkCors(options: CorsOptions): void {
  const check: Checker = checkerOf('createGuard({ cors })')
  check.members(options, ['origins', 'ownOrigins', 'credentials', 'methods', 'headers', 'maxAge'])
  const { ownOrigins } = options
  if (ownOrigins !== undefined && !(Array.isArray(ownOrigins) && ownOrigins.length > 0 && ownOrigins.every(isOrigin)))
    check.refuse('ownOrigins', ownOrigins, 'a list of origins such as `https://api.example`, without a path')
  if (!Array.isArray(options.origins) || (options.origins.length === 0 && ownOrigins === undefined))
    check.refuse('origins', options.origins, 'a list of origins such as `https://app.example`')
  for (const origin of options.origins) {
    if (origin === '*' ? options.credentials === true : !isOrigin(origin)) {
      check.refuse('origins', origin, 'exact origins such as `https://app.example`, without a path; `*` only without `credentials`')
    }
  }
  check.seconds('maxAge', options.maxAge, [0, 86_400])
  for (const list of ['methods', 'headers'] as const) {
    const values = options[list]
    if (values !== undefined && !(Array.isArray(values) && values.every((value) => /^[A-Za-z0-9-]+$/.test(value))))
      check.refuse(list, values, 'a list of names; `*` does not cover Authorization')
  }
}

import { stringify } from 'node:querystring'
import type { Dispatcher } from 'undici'
import { settingOf, type ClientOptions } from '../client.ts'
import { perform, type Setting } from '../exchange.ts'
import type { ClientInit } from '../outgoing.ts'
import { SharedController } from './controller.ts'
import { fieldsOf, withFields } from './fields.ts'
import { Receiver } from './receiver.ts'

/**
 * An interceptor of undici that acts on the remedies of refusals.
 *
 * Redirects are handed on as they come; `interceptors.redirect()` follows them if it is composed after this one. Before it, where it would
 * take credentials along, it follows none, and a request is an error if something else there does. Content is repeated if it
 * is text, bytes or a form. Upgrades are left alone. Throws a `TypeError` for impossible options, and for a request without an origin.
 *
 * @example
 * import { apiKey } from '@countersign/client'
 * import { remedies } from '@countersign/client/undici'
 * import { Agent } from 'undici'
 *
 * export const agentOf = (key: string) =>
 *   new Agent().compose(remedies({ credentials: [apiKey({ at: 'https://api.example', header: 'x-api-key', key })] }))
 */
export function remedies(options: Omit<ClientOptions, 'fetch'>): Dispatcher.DispatcherComposeInterceptor {
  const setting = settingOf(options)
  return (dispatch) => (request, handler) => {
    if (request.method === 'CONNECT' || (request.upgrade ?? false) !== false || !request.path.startsWith('/')) return dispatch(request, handler)
    const url = addressOf(request)
    refuseRedirections(request)
    void pass({ dispatch, request, handler, url }, setting)
    return true
  }
}

/** Where a request goes; what is judged is what is sent, dots and all. */
function addressOf({ origin, path, query }: Dispatcher.DispatchOptions): URL {
  if (origin === undefined) throw new TypeError('the request names no origin; compose remedies() with an Agent, or name `origin`')
  const search = query === undefined || query === null ? '' : stringify(query)
  if (search !== '' && path.includes('?')) throw new TypeError('the request has a query in `path` and in `query`; use one of them')
  return new URL(`${new URL(origin).origin}${path}${search === '' ? '' : `?${search}`}`)
}

/** Whoever follows redirects after this has taken the option out; what is left would be followed with credentials, or not at all. */
function refuseRedirections(request: Dispatcher.DispatchOptions & { readonly maxRedirections?: number | null }): void {
  if ((request.maxRedirections ?? 0) !== 0)
    throw new TypeError(`option \`maxRedirections\` is ${request.maxRedirections}; compose interceptors.redirect() after remedies(), or leave it out`)
}

interface Passing {
  readonly dispatch: Dispatcher['dispatch']
  readonly request: Dispatcher.DispatchOptions
  readonly handler: Dispatcher.DispatchHandler
  readonly url: URL
}

/** Sends a request until no remedy is left, and hands the last answer on. */
async function pass({ dispatch, request, handler, url }: Passing, setting: Setting): Promise<void> {
  const controller = new SharedController()
  let last: Receiver | undefined
  const send = (_url: unknown, { headers }: RequestInit = {}): Promise<Response> => {
    last?.drop()
    last = new Receiver({ handler, controller })
    const { query: _, ...others } = request
    const fields = withFields(request.headers, new Headers(headers))
    // Keeps a redirect() that was composed before this from following, which would take credentials along.
    const sent = { ...others, path: url.pathname + url.search, headers: fields, maxRedirections: 0 }
    dispatch(sent, last)
    return last.response
  }
  try {
    await perform(url, initOf(request, controller.signal), { ...setting, send })
    last?.handOn()
  } catch (error) {
    last?.drop()
    handler.onResponseError?.(controller, error instanceof Error ? error : new Error('the request failed', { cause: error }))
  }
}

/** As much of a request as remedies depend on. Its content stays here: an empty stream stands for what can be sent once only. */
function initOf({ method, headers, body }: Dispatcher.DispatchOptions, signal: AbortSignal): ClientInit {
  const replayable = body === undefined || body === null || typeof body === 'string' || body instanceof Uint8Array || body instanceof FormData
  const content = replayable ? {} : { body: new ReadableStream(), duplex: 'half' as const }
  return { method, headers: new Headers(fieldsOf(headers)), signal, redirect: 'manual', ...content }
}

import type { IncomingMessage } from 'node:http'
import type { Connection, Content, RequestView } from '@countersign/core'
import { NodeConnection } from './node-connection.ts'
import { contentOf } from './node-content.ts'
import { queryOf } from './query.ts'

/** What is read of a request of Node; those of HTTP/2 have it, too. */
export type NodeRequest = Pick<IncomingMessage, 'rawHeaders' | 'headers' | 'httpVersionMajor'> & {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly socket: object
}

/** Path parameters as a router gives them: Express has lists for wildcards, and `undefined` for what is optional. */
export type RouterParams = Readonly<Record<string, string | readonly string[] | undefined>>

/** A request of Node as the core sees it. Nothing is computed before somebody asks for it. */
export class NodeView implements RequestView {
  readonly method: string
  readonly #request: NodeRequest
  readonly #params: RouterParams
  readonly #target: string
  #url: URL | undefined

  /** `target` is the request target as it was received, where a router shortens `request.url`. */
  constructor(request: NodeRequest, params: RouterParams = {}, target: string = request.url ?? '/') {
    this.method = request.method ?? 'GET'
    this.#request = request
    this.#params = params
    this.#target = target
  }

  get url(): URL {
    this.#url ??= toUrl(this.#request.socket, this.field('host')[0], this.#target)
    return this.#url
  }

  get query(): string {
    return queryOf(this.#target)
  }

  get target(): string {
    return this.#target
  }

  get connection(): Connection {
    return new NodeConnection(this.#request.socket)
  }

  get params(): Readonly<Record<string, string>> {
    const given = Object.entries(this.#params).filter(([, value]) => value !== undefined)
    return Object.fromEntries(given.map(([name, value]) => [name, [value].flat().join('/')]))
  }

  field(name: string): readonly string[] {
    const lines = linesOf(this.#request.rawHeaders, name)
    // RFC 9113 section 8.3.1: in HTTP/2 `:authority` stands for Host.
    return lines.length === 0 && name === 'host' ? linesOf(this.#request.rawHeaders, ':authority') : lines
  }

  content(limit: number): Promise<Content> {
    return contentOf(this.#request, limit)
  }
}

// `headers` keeps the first of two Authorization lines and hides the other; `rawHeaders` has both.
function linesOf(rawHeaders: readonly string[], name: string): readonly string[] {
  const lines: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const found = rawHeaders[index]
    if (found?.length === name.length && found.toLowerCase() === name) lines.push(rawHeaders[index + 1] ?? '')
  }
  return lines
}

const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i

/** Never throws: the target and Host come from the caller, and may be anything that the HTTP parser lets through. */
function toUrl(socket: object, host: string | undefined, target: string): URL {
  const scheme = 'encrypted' in socket && socket.encrypted === true ? 'https' : 'http'
  const origin = `${scheme}://${host !== undefined && HOST.test(host) && URL.canParse(`http://${host}`) ? host : 'localhost'}`
  // Joined, not resolved: `//elsewhere/path` would name another host (RFC 9112 section 3.2.1).
  if (target.startsWith('/')) return new URL(origin + target)
  return URL.canParse(target) ? new URL(target) : new URL(`${origin}/${target}`)
}

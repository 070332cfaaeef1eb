import type { Answer, Content, RequestView } from '@countersign/core'
import { queryOf } from './query.ts'
import { writeFields, type ResponseFields } from './response-fields.ts'

/** A Fetch `Request` as the core sees it. */
export class FetchView implements RequestView {
  readonly method: string
  readonly params: Readonly<Record<string, string>>
  readonly #request: Request
  #url: URL | undefined

  constructor(request: Request, params: Readonly<Record<string, string>> = {}) {
    this.method = request.method
    this.params = params
    this.#request = request
  }

  get url(): URL {
    this.#url ??= new URL(this.#request.url)
    return this.#url
  }

  get query(): string {
    return queryOf(this.#request.url)
  }

  /** At most one line: `Headers` has joined them with commas, which the core takes apart where it matters. */
  field(name: string): readonly string[] {
    const line = this.#request.headers.get(name)
    if (line !== null) return [line]
    // Some runtimes keep Host out of `Headers`; it is in the URL then.
    return name === 'host' ? [this.url.host] : []
  }

  /** Of a copy, so that the handler reads the request as if nobody had. */
  content(limit: number): Promise<Content> {
    return this.#request.bodyUsed ? Promise.resolve({ read: false, why: 'consumed' }) : collect(this.#request.clone().body, limit)
  }
}

async function collect(body: ReadableStream<Uint8Array> | null, limit: number): Promise<Content> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = body?.getReader()
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    size += part.value.length
    if (size > limit) {
      // Not awaited: the other branch of a copied stream is read by nobody yet, and cancelling waits for it.
      void reader?.cancel()
      return { read: false, why: 'too-large' }
    }
    chunks.push(part.value)
  }
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return { read: true, bytes }
}

export function fieldsOf(headers: Headers): ResponseFields {
  return {
    // Cookies are not joined by commas (RFC 9110 section 5.3).
    get: (name) => (name === 'Set-Cookie' ? headers.getSetCookie() : headers.get(name)),
    set: (name, value) => {
      headers.delete(name)
      for (const line of [value].flat()) headers.append(name, line)
    },
    remove: (name) => headers.delete(name),
  }
}

/** Makes the response of an answer, over the field lines that are there already. */
export function responseOf(method: string, answer: Answer, headers: Headers = new Headers()): Response {
  const body = writeFields(fieldsOf(headers), answer)
  return new Response(method === 'HEAD' || body === undefined ? null : body, { status: answer.status, headers })
}

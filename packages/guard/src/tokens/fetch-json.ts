/** A document could not be had. The message names what happened for the operator; it never reaches a caller. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}

/** A JSON document and how long its server lets it be kept. */
export interface FetchedJson {
  readonly value: Readonly<Record<string, unknown>>
  /** Seconds, from Cache-Control. */
  readonly maxAge: number | undefined
}

/** Bytes. Key sets of large providers are some 10 kB. */
const LIMIT = 524_288

/**
 * Fetches a JSON object within a time limit (seconds) that covers the body as well.
 *
 * No redirects: the address is configured or comes from a document that was checked. Rejects with
 * `UnreachableError` for everything that can go wrong.
 */
export function fetchJson(url: URL, timeLimit: number): Promise<FetchedJson> {
  return fetchWithin(url, { timeLimit, headers: { accept: 'application/json, application/jwk-set+json' } }, async (response) => {
    if (response.status !== 200) throw new UnreachableError(`${url.href} answered ${response.status}`)
    return { value: parseObject(await readBody(response, url), url), maxAge: maxAgeOf(response.headers.get('cache-control')) }
  })
}

/** What is asked, and how long that may take. */
export interface LimitedRequest extends Pick<RequestInit, 'method' | 'body' | 'headers'> {
  /** Seconds. */
  readonly timeLimit: number
}

/** Fetches without redirects and within a time limit that covers `read`, too. Rejects with `UnreachableError` for everything that can go wrong. */
export async function fetchWithin<T>(url: URL, { timeLimit, ...request }: LimitedRequest, read: (response: Response) => Promise<T>): Promise<T> {
  // Node takes whole milliseconds only.
  const signal = AbortSignal.timeout(Math.ceil(timeLimit * 1000))
  let response: Response | undefined
  try {
    response = await fetch(url, { ...request, signal, redirect: 'error' })
    return await read(response)
  } catch (error) {
    // What is not read would hold the connection.
    if (response !== undefined && !response.bodyUsed) await response.body?.cancel().catch(() => {})
    if (error instanceof UnreachableError) throw error
    const cause = signal.aborted ? `no answer within ${timeLimit} s` : error instanceof SyntaxError ? 'no JSON' : 'the connection failed'
    throw new UnreachableError(`${url.href}: ${cause}`, { cause: error })
  }
}

/** Reads a JSON object; throws a `SyntaxError` if it is no JSON, and an `UnreachableError` if it is no object. */
export function parseObject(text: string, url: URL): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UnreachableError(`${url.href} sent no JSON object`)
  return value as Record<string, unknown>
}

/** The text of a response, up to a limit. */
export async function readBody(response: Response, url: URL): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  const chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? []
  for await (const chunk of chunks) {
    size += chunk.byteLength
    if (size > LIMIT) throw new UnreachableError(`${url.href} sent more than ${LIMIT} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function maxAgeOf(cacheControl: string | null): number | undefined {
  const found = cacheControl === null ? null : /(?:^|[\s,])max-age="?(\d{1,9})/i.exec(cacheControl)
  return found === null ? undefined : Number(found[1])
}

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
export async function fetchJson(url: URL, timeLimit: number): Promise<FetchedJson> {
  // Node takes whole milliseconds only.
  const signal = AbortSignal.timeout(Math.ceil(timeLimit * 1000))
  try {
    const response = await fetch(url, { signal, redirect: 'error', headers: { accept: 'application/json, application/jwk-set+json' } })
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new UnreachableError(`${url.href} answered ${response.status}`)
    }
    const value: unknown = JSON.parse(await readBody(response, url))
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UnreachableError(`${url.href} sent no JSON object`)
    return { value: value as Record<string, unknown>, maxAge: maxAgeOf(response.headers.get('cache-control')) }
  } catch (error) {
    if (error instanceof UnreachableError) throw error
    const cause = signal.aborted ? `no answer within ${timeLimit} s` : error instanceof SyntaxError ? 'no JSON' : 'the connection failed'
    throw new UnreachableError(`${url.href}: ${cause}`, { cause: error })
  }
}

async function readBody(response: Response, url: URL): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  // A response of status 200 to GET has a body, if an empty one.
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

import type { CustomFetchOptions } from 'oauth4webapi'
import { CredentialsError } from '../tokens/token.ts'

/** Bytes. Metadata and answers with tokens have some kB. */
const LIMIT = 524_288

interface LimitedInit extends Pick<CustomFetchOptions<string>, 'headers'> {
  readonly body?: string | URLSearchParams | undefined
  readonly method?: string
  readonly signal?: AbortSignal
}

/** A `fetch` of small documents: what is longer is an error, and no redirect is followed. */
export async function limitedFetch(address: string, { body, ...init }: LimitedInit): Promise<Response> {
  const response = await fetch(address, { ...init, ...(body === undefined ? {} : { body }), redirect: 'manual' })
  if (response.body === null) return response
  const reader = response.body.getReader()
  const chunks: Uint8Array<ArrayBuffer>[] = []
  for (let size = 0; ;) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    chunks.push(value)
    if (size > LIMIT) {
      await reader.cancel()
      throw new CredentialsError(`\`${new URL(address).origin}\` sent more than ${LIMIT} bytes`)
    }
  }
  return new Response(new Blob(chunks), { status: response.status, headers: response.headers })
}

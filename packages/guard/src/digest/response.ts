import { hexHashOf } from '#platform'
import { after, type Settled } from '../settle.ts'
import type { DigestParameters } from './parameters.ts'

/** A request as far as a response covers it. */
export interface Covered {
  readonly method: string
  readonly content: Uint8Array
}

/** The response that proves the password behind `ha1` (RFC 7616 section 3.4.1). */
export function responseOf(ha1: string, parameters: DigestParameters, { method, content }: Covered): Settled<string> {
  const { algorithm, uri, qop } = parameters
  if (qop === 'auth') return keyed(ha1, parameters, `${method}:${uri}`)
  return after(hexHashOf(algorithm, content), (hash) => keyed(ha1, parameters, `${method}:${uri}:${hash}`))
}

/** What proves to the caller that this server knows the password, too (RFC 7616 section 3.5). */
export function serverResponseOf(ha1: string, parameters: DigestParameters): Settled<string> {
  return keyed(ha1, parameters, `:${parameters.uri}`)
}

function keyed(ha1: string, { algorithm, nonce, nc, cnonce, qop }: DigestParameters, a2: string): Settled<string> {
  return after(hexHashOf(algorithm, a2), (ha2) => hexHashOf(algorithm, `${ha1}:${nonce}:${nc}:${cnonce}:${qop}:${ha2}`))
}

import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { AuditRequest, AuditResponse } from '../exchange.ts'
import { PersonaError } from '../persona.ts'
import { AuditRefused } from '../refused.ts'
import { createWire, type Origin } from '../send/wire.ts'
import { admitTarget } from '../target/admit.ts'

/** Sends one request and gives the answer; redirects are not followed. Rejects with a `PersonaError` if there is none. */
export type Post = (to: URL, request: AuditRequest) => Promise<AuditResponse>

/** Milliseconds, and bytes of an answer. */
const TIME_LIMIT = 10_000
const BODY_LIMIT = 65_536

/** Sends requests for credentials: to the target, if it may be asked, and to issuers that the configuration names. */
export function createPost({ target, consent }: { readonly target: string; readonly consent: string | undefined }): Post {
  const { origin } = new URL(target)
  return async (to, request) => {
    const where = to.origin === origin ? await admitted(to.origin, consent) : await resolved(to)
    const wire = createWire(where, { timeLimit: TIME_LIMIT, bodyLimit: BODY_LIMIT, parallel: 1 })
    try {
      const { response, failure } = await wire.exchange(request, { name: 'credentials' })
      if (response === undefined) throw new PersonaError(`${request.method} ${to.origin}${request.target.split('?', 1)[0]} was not answered (${failure})`)
      return response
    } finally {
      wire.close()
    }
  }
}

async function admitted(origin: string, consent: string | undefined): Promise<Origin> {
  try {
    return await admitTarget(origin, consent)
  } catch (error) {
    throw error instanceof AuditRefused ? new PersonaError(error.message, { cause: error }) : error
  }
}

async function resolved({ protocol, hostname: written, port }: URL): Promise<Origin> {
  const hostname = written.replace(/^\[|\]$/g, '')
  const isSecure = protocol === 'https:'
  const addresses = isIP(hostname) === 0 ? await addressesOf(hostname) : [hostname]
  return { protocol: isSecure ? 'https:' : 'http:', hostname, port: port === '' ? (isSecure ? 443 : 80) : Number(port), addresses }
}

async function addressesOf(hostname: string): Promise<readonly string[]> {
  try {
    return (await lookup(hostname, { all: true })).map(({ address }) => address)
  } catch {
    throw new PersonaError(`the host \`${hostname}\` has no address`)
  }
}

/** The JSON of an answer. */
export function jsonIn({ body, truncated }: AuditResponse, of: string): unknown {
  if (truncated) throw new PersonaError(`${of} answered with more than ${BODY_LIMIT} bytes`)
  try {
    return JSON.parse(body)
  } catch {
    throw new PersonaError(`${of} answered no JSON`)
  }
}

import type { Http2ServerRequest } from 'node:http2'
import { requestView } from 'countersign/node'
import type { IdentityConfig, ListenConfig } from '../../config/config.ts'
import type { Reading } from '../../dialects/dialect.ts'
import { envoyGrpc } from '../../dialects/envoy-grpc.ts'
import { SECRET_FIELD } from '../../dialects/fields.ts'
import { MARK } from '../../dialects/reply.ts'
import { identityFamily } from '../../identity/family.ts'
import type { ForwardAuth } from '../entrance.ts'
import { originalRequest } from '../original-request.ts'
import { readCheckRequest } from './check-request.ts'
import { deniedResponse, okResponse } from './check-response.ts'
import type { Checked } from './door.ts'
import { CODES, GrpcFault } from './message.ts'

/** Who answers, and which fields say who a caller is. */
export interface Checking {
  readonly entrance: ForwardAuth
  readonly identity: IdentityConfig
  readonly door: ListenConfig | undefined
}

const NOT_TRUSTED = 'this address may not ask, or it lacks the certificate or the secret (`forwardAuth.peers`, `grpc.tls.clientCertificates`, `secret`)'

/** Answers one call of `Check`. Rejects with a `GrpcFault` for somebody who may not ask, and for what is no question. */
export async function check({ entrance, identity, door }: Checking, request: Http2ServerRequest, message: () => Promise<Buffer>): Promise<Checked> {
  if (!entrance.isTrusted({ connection: requestView(request).connection, said: request.headers[SECRET_FIELD], door }))
    throw new GrpcFault(CODES.permissionDenied, NOT_TRUSTED)
  const reading = read(await message())
  const { method, uri, raw } = reading.ok ? reading.original : NOTHING
  const asked = { method, target: uri, raw }
  const view = requestView(originalRequest(reading.ok ? reading.original : NOTHING))
  const ruling = await entrance.answer({ voice: envoyGrpc, reading, asked, view })
  const { status, fields } = ruling
  const allows = status === 200 && fields.some(([name, value]) => name === MARK && value === 'allow')
  if (!allows) return { message: deniedResponse(ruling), ruling }
  const own = fields.filter(([name]) => name !== MARK)
  return { message: okResponse(own, forgeries(raw, identity, new Set(own.map(([name]) => name.toLowerCase())))), ruling }
}

/** What an answer about an unreadable question is about. */
const NOTHING = { method: 'GET', uri: '/', host: '', client: '', secure: false, raw: [] } as const

function read(message: Buffer): Reading {
  try {
    return readCheckRequest(message)
  } catch {
    // The codec throws for bytes that are no protobuf.
    throw new GrpcFault(CODES.invalidArgument, 'the message is no CheckRequest')
  }
}

/** Names of the caller's fields that say who somebody is, in any spelling, but for those that are set anew. */
function forgeries(raw: readonly string[], identity: IdentityConfig, own: ReadonlySet<string>): readonly string[] {
  const family = identityFamily(identity)
  const names = raw.flatMap((name, index) => (index % 2 === 0 ? [name.toLowerCase()] : []))
  return [...new Set(names)].filter((name) => family.has(name.replaceAll(/[^a-z\d]/g, '-')) && !own.has(name))
}

import * as v from 'valibot'
import { DIALECT_NAMES } from '../../dialects/names.ts'
import { members, oneOrMany } from './complaint.ts'
import { filePath } from './names.ts'
import { grpcSocketMembers, peerSocketMembers, ranges, socket } from './rest-sections.ts'
import { secret } from './scheme-values.ts'
import { choice } from './values.ts'

export const PROXY_SECRET_ACCEPTED = 'at least 32 visible characters of ASCII, such as the output of `openssl rand -base64 32`'

export function isProxySecret(value: string): boolean {
  return /^[!-~]{32,256}$/.test(value)
}

const ABOUT = 'Where other proxies ask for decisions. Never the port of the callers.'

const ABOUT_GRPC = 'Where Envoy asks over gRPC (`ext_authz`), in HTTP/2. Never a port of the callers.'

/** The section for proxies that ask for a decision and forward requests themselves. */
export const forwardAuthSection = members('Answers proxies that forward requests themselves and only ask for the decision.', {
  listen: v.optional(socket(ABOUT, members(ABOUT, peerSocketMembers)), {}),
  grpc: v.optional(socket(ABOUT_GRPC, members(ABOUT_GRPC, grpcSocketMembers))),
  proxies: oneOrMany('Which proxies may ask; each at a path of its own, such as `/authz/nginx`.', choice('', DIALECT_NAMES)),
  peers: v.optional(ranges('Addresses from which they ask. By default this machine alone.'), ['127.0.0.1', '::1']),
  secret: v.optional(secret('What a proxy has to send in `X-Countersign-Secret`.', PROXY_SECRET_ACCEPTED, isProxySecret)),
  secretFile: v.optional(filePath('A file with that secret.')),
})

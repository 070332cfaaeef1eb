import type { Survives, Voice } from './dialect.ts'
import { allowed, plain } from './reply.ts'

/** Envoy with `ext_authz` over gRPC: the message says what is asked and what is answered, so that everything survives. */
export const envoyGrpc: Voice & { readonly survives: Survives } = {
  name: 'envoy-grpc',
  allow: allowed,
  refuse: plain,
  survives: { statuses: 'all', challenges: 'all', body: 'yes', otherFields: 'all', preflight: 'answered' },
}

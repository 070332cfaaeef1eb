import type { Answer } from '@countersign/core'
import type { Dialect, Line, Reply } from './dialect.ts'
import { readFields } from './fields.ts'
import { allowed, inShort, joinChallenges, NO, plain, TRUE_PROBLEM, TRUE_STATUS, WHO } from './reply.ts'

/** What the printed configuration sets, whatever the caller sent. */
export const NGINX_FIELDS = {
  method: 'x-original-method',
  uri: 'x-original-uri',
  host: 'x-original-host',
  client: 'x-original-client',
  proto: 'x-original-proto',
  id: 'x-original-id',
} as const

/** nginx with `auth_request`: knows 401, 403 and 2xx, drops the content, and keeps the first challenge (ngx_http_auth_request_module). */
export const nginx: Dialect = {
  name: 'nginx',
  read: (asked) => readFields(NGINX_FIELDS, asked),
  allow: allowed,
  refuse: (answer) => joinChallenges(narrowed(answer)),
  survives: {
    statuses: 'all',
    challenges: 'all, in one field line',
    body: 'yes; beyond 1 KB in short',
    otherFields: 'those that are listed',
    preflight: 'answered',
  },
}

/** Bytes of content in a field, of the three kilobytes that all of them have. */
const MOST = 1024

/** The true status and the content travel in fields, from which the printed configuration makes the answer again. */
function narrowed(answer: Answer): Reply {
  const reply = plain(answer)
  const fields: Line[] = [...reply.fields, [TRUE_STATUS, String(reply.status)]]
  if (answer.problem !== undefined) fields.push([TRUE_PROBLEM, reply.body.length <= MOST ? reply.body : inShort(answer.problem)])
  return { ...reply, status: reply.status === WHO ? WHO : NO, fields }
}

import type { Decision } from '@countersign/core'
import { requestView } from 'countersign/node'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { StoreError } from '../store/store.ts'
import type { AdminAccess, AdminRoute } from './access.ts'
import type { AdminOptions } from './admin-options.ts'
import { readContent } from './content.ts'
import { hostRule } from './host.ts'
import { readMembers, readQuery } from './input.ts'
import type { Operation, Operations } from './operation.ts'
import { ofAnswer, problem, writeReply, type Reply } from './reply.ts'
import { endedOf } from './report.ts'

export interface DispatchOptions extends Pick<AdminOptions, 'address' | 'hosts' | 'onEnd' | 'onError'> {
  readonly access: AdminAccess
  readonly operations: Operations
}

/** One request on its way; what was found out about it, for the report. */
export interface Round {
  readonly request: IncomingMessage
  readonly path: string
  readonly search: string
  /** Milliseconds of the process's clock. */
  readonly began: number
  route?: AdminRoute
  decision?: Decision
  /** Seconds. */
  judged: number
}

/** Makes the listener of the admin port: host, route, access, content, and then the operation. */
export function createDispatch(options: DispatchOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const { onEnd, onError } = options
  const isOurs = hostRule(options.address, options.hosts)
  return (request, response) => {
    const round = begin(request)
    const answer = isOurs(hostOf(request)) ? serve(round, options) : Promise.resolve(problem('misdirected-request'))
    void answer
      .catch((error: unknown) => failed(error, onError))
      .then((reply) => {
        const bytes = writeReply(response, reply, request.method ?? 'GET')
        return onEnd?.(endedOf(round, reply.status, bytes))
      })
      .catch((error: unknown) => onError?.(error))
  }
}

function begin(request: IncomingMessage): Round {
  const target = request.url ?? '/'
  const mark = target.indexOf('?')
  return { request, path: mark === -1 ? target : target.slice(0, mark), search: mark === -1 ? '' : target.slice(mark + 1), began: performance.now(), judged: 0 }
}

/** The one Host of a request; nothing if there are several, of which `headers` would hide all but the first. */
function hostOf({ rawHeaders, headers }: IncomingMessage): string | undefined {
  const lines = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length
  return lines === 1 ? headers.host : undefined
}

async function serve(round: Round, { access, operations }: DispatchOptions): Promise<Reply> {
  const { request, path } = round
  const match = access.router.match(request.method ?? 'GET', path)
  if (match.found === 'malformed') return problem('malformed-request', { detail: 'the path can be read in more than one way' })
  if (match.found === 'nothing') return problem('not-found')
  if (match.found === 'method-mismatch') return problem('method-not-allowed', {}, [['Allow', match.allow.join(', ')]])
  const { value: route, params } = match
  const operation = operations[route.operationId]
  if (operation === undefined) throw new TypeError(`the operation \`${route.operationId}\` of the document is not carried out by anything`)
  round.route = route
  const view = requestView(request, params)
  const decision = await access.guard.decide(view, route.requirement)
  round.decision = decision
  round.judged = (performance.now() - round.began) / 1000
  if (decision.outcome !== 'allow') return ofAnswer(access.guard.answer(decision, view))
  const subject = decision.principal === null ? 'anonymous' : access.directory.nameOf(decision.principal)
  return carryOut(operation, round, { params, actor: { subject, via: 'admin-api' } })
}

/** Reads query and content, and does what was asked. */
async function carryOut(operation: Operation, round: Round, call: Pick<Parameters<Operation['handle']>[0], 'params' | 'actor'>): Promise<Reply> {
  const read = readQuery(round.search, operation.query)
  if ('complaints' in read) return problem('malformed-request', { errors: read.complaints })
  if (operation.body === undefined) return operation.handle({ ...call, query: read.query, body: undefined })
  const content = await readContent(round.request)
  if (!content.read) return content.reply
  const parsed = readMembers(operation.body, content.value)
  return 'complaints' in parsed
    ? problem('content-not-accepted', { errors: parsed.complaints })
    : operation.handle({ ...call, query: read.query, body: parsed.members })
}

/** What the store says of its input: `member: found …; accepted …`. It never repeats the value. */
const COMPLAINT = /^([\w.[\]]+): found (.+?); (?:accepted (?:is|are) )?(.+)$/s

function failed(error: unknown, onError: DispatchOptions['onError']): Reply {
  const [, member, found, accepted] = error instanceof TypeError ? (COMPLAINT.exec(error.message) ?? []) : []
  if (member !== undefined && found !== undefined && accepted !== undefined) return problem('content-not-accepted', { errors: [{ member, found, accepted }] })
  onError?.(error)
  return error instanceof StoreError ? problem('store-unavailable', { detail: error.message }) : problem('internal-error')
}

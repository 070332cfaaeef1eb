import type { Store } from '../../store/store.ts'
import { pageOf } from '../input.ts'
import { operation, type Operations } from '../operation.ts'
import { json, problem } from '../reply.ts'

const FILTERS = ['outcome', 'subject', 'route'] as const

/** Decisions and the audit trail: what has happened. */
export function recordOperations({ decisions, audit }: Store): Operations {
  return {
    listDecisions: operation(
      async ({ query }) => {
        const wanted = FILTERS.flatMap((name) => (query[name] === undefined ? [] : [[name, query[name]]]))
        await decisions.flush()
        return json(200, await decisions.list({ ...pageOf(query), ...Object.fromEntries(wanted) }))
      },
      ['after', 'limit', ...FILTERS],
    ),
    getDecision: operation(async ({ params }) => {
      await decisions.flush()
      const record = await decisions.get(params['id'] ?? '')
      return record === undefined ? problem('not-found', { detail: 'there is no such decision, or it is too old to be kept' }) : json(200, record)
    }),
    listAudit: operation(async ({ query }) => json(200, await audit.list(pageOf(query))), ['after', 'limit']),
    verifyAudit: operation(async () => json(200, await audit.verify())),
  }
}

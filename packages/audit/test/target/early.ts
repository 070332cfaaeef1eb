import type { Faults } from './faults.ts'
import { etagOf } from './order-handlers.ts'
import { invalid, NOT_FOUND, type Reply } from './reply.ts'
import { written, type State } from './state.ts'

/** A request before anybody has looked at who sent it. */
export interface Arriving {
  readonly method: string
  readonly path: string
  readonly fields: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Readonly<Record<string, unknown>>
  readonly state: State
  readonly faults: Faults
}

/** What is answered, or done, too early; nothing where the request goes on to its guard. */
export function earlyReply(arriving: Arriving): Reply | undefined {
  const { method, path, fields, state, faults } = arriving
  if (faults.has('old-version-open') && method === 'GET' && path.startsWith('/v1/orders')) return oldVersion(path, state)
  if (faults.has('content-before-guard') && method === 'POST' && path === '/orders' && typeof arriving.body['note'] !== 'string')
    return invalid('`note` is a text')
  if (faults.has('hidden-read') && method === 'GET' && path === '/orders/search') return oldVersion('/v1/orders', state)
  const order = state.orders.get(/^\/orders\/([^/]+)$/.exec(path)?.[1] ?? '')
  if (order === undefined) return undefined
  if (faults.has('etag-before-guard') && method === 'GET' && fields['if-none-match'] === etagOf(order)) return { status: 304, fields: { ETag: etagOf(order) } }
  // Whoever comes with credentials: what is refused later has been done by then.
  if (fields['authorization'] === undefined) return undefined
  if (faults.has('effect-in-spite-of-denial') && method === 'PUT') state.orders.set(order.id, { ...order, ...written(arriving.body) })
  if (faults.has('delete-in-spite-of-denial') && method === 'DELETE') state.orders.delete(order.id)
  return undefined
}

/** Orders without a guard. */
function oldVersion(path: string, state: State): Reply {
  const id = path.split('/')[3]
  if (id === undefined) return { status: 200, body: { orders: [...state.orders.values()] } }
  const order = state.orders.get(id)
  return order === undefined ? NOT_FOUND : { status: 200, body: order }
}

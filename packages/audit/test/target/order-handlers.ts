import { randomUUID } from 'node:crypto'
import type { Principal } from 'countersign'
import { invalid, NOT_FOUND, type Call, type Handler, type Reply } from './reply.ts'
import { newOrder, written, type Item, type Order } from './state.ts'

/** Who may see the orders of others. */
function seesAll(principal: Principal | null): boolean {
  return principal?.roles.some((role) => role === 'admin' || role === 'support') === true
}

/** An order as it is shown. What only the shop may know is left out for customers. */
function shown({ items, ...order }: Order, { principal, faults }: Call): Readonly<Record<string, unknown>> {
  const internal = seesAll(principal) || faults.has('private-member-shown') ? { margin: 0.31 } : {}
  // Changes at every reading, as counters and times do.
  return { ...order, pieces: items.length, ...internal, servedAt: process.hrtime.bigint().toString() }
}

export const list: Handler = (call) => {
  const { state, faults, principal, query, fields } = call
  const asked = faults.has('filter-trusted') ? query.get('customer') : faults.has('header-trusted') ? fields['x-customer'] : undefined
  const all = seesAll(principal) || faults.has('list-unfiltered') || principal === null
  const whose = asked ?? (all ? query.get('customer') : principal.subject)
  const found = [...state.orders.values()].filter(({ customer }) => whose === null || customer === whose)
  return { status: 200, body: { orders: found.map((order) => shown(order, call)) } }
}

export const create: Handler = (call) => {
  const { state, faults, principal, body } = call
  const customer = faults.has('owner-from-body-on-create') && typeof body['customer'] === 'string' ? body['customer'] : (principal?.subject ?? 'nobody')
  const order = { ...newOrder(customer, body), ...(faults.has('mass-assignment') ? shopMembers(body) : {}) }
  const refused = typeof body['note'] !== 'string' || typeof body['quantity'] !== 'number'
  if (!refused || faults.has('create-in-spite-of-refusal')) state.orders.set(order.id, order)
  if (refused) return invalid('`note` is a text and `quantity` a number')
  return { status: 201, body: shown(order, call), fields: { Location: `/orders/${order.id}` } }
}

/** Shows several orders by their ids, as far as the caller may see them. */
export const search: Handler = (call) => {
  const { state, faults, principal, body } = call
  const ids = Array.isArray(body['ids']) ? body['ids'].map(String) : undefined
  if (ids === undefined) return invalid('`ids` is a list of texts')
  const found = ids.map((id) => state.orders.get(id)).filter((order) => order !== undefined)
  const visible = found.filter(({ customer }) => seesAll(principal) || customer === principal?.subject || faults.has('batch-trusted'))
  return { status: 200, body: { orders: visible.map((order) => shown(order, call)) } }
}

export const read: Handler = (call) => {
  const removed = call.faults.has('deleted-still-readable') ? call.state.removed.get(call.params['id'] ?? '') : undefined
  return removed === undefined ? readOrder(call) : { status: 200, body: shown(removed, call) }
}

const readOrder: Handler = (call) =>
  withOrder(call, (order) => {
    const etag = etagOf(order)
    return call.fields['if-none-match'] === etag ? { status: 304, fields: { ETag: etag } } : { status: 200, body: shown(order, call), fields: { ETag: etag } }
  })

export function etagOf({ id, note, quantity }: Order): string {
  return `"${Buffer.from(`${id} ${note.length} ${quantity}`).toString('base64url')}"`
}

export const replace: Handler = (call) => {
  if (typeof call.body['note'] !== 'string' || typeof call.body['quantity'] !== 'number') return invalid('`note` is a text and `quantity` a number')
  return change(call)
}

export const update: Handler = (call) => change(call)

function change(call: Call): Reply {
  const { state, faults, principal, body } = call
  return withOrder(call, (order) => {
    if (faults.has('misleading-success') && order.customer !== principal?.subject && !seesAll(principal)) return { status: 200, body: { saved: true } }
    const taken = typeof body['customer'] === 'string' && faults.has('owner-from-body') ? { customer: body['customer'] } : {}
    const takenOver = faults.has('update-takes-over') && principal !== null ? { customer: principal.subject } : {}
    const changed = { ...order, ...written(body), ...(faults.has('mass-assignment') ? shopMembers(body) : {}), ...taken, ...takenOver }
    state.orders.set(order.id, changed)
    return { status: 200, body: shown(changed, call) }
  })
}

/** What only the shop may set. */
function shopMembers({ status, discount }: Readonly<Record<string, unknown>>): Partial<Order> {
  return { ...(typeof status === 'string' ? { status } : {}), ...(typeof discount === 'number' ? { discount } : {}) }
}

export const remove: Handler = (call) =>
  withOrder(call, (order) => {
    call.state.orders.delete(order.id)
    call.state.removed.set(order.id, order)
    return { status: 204 }
  })

export const items: Handler = (call) => withOrder(call, (order) => ({ status: 200, body: { items: order.items } }))

export const addItem: Handler = (call) =>
  withOrder(call, (order) => {
    const { name, pieces } = call.body
    if (typeof name !== 'string' || typeof pieces !== 'number') return invalid('`name` is a text and `pieces` a number')
    const item = { id: randomUUID(), name, pieces }
    call.state.orders.set(order.id, { ...order, items: [...order.items, item] })
    return { status: 201, body: item, fields: { Location: `/orders/${order.id}/items/${item.id}` } }
  })

export const item: Handler = (call) => withItem(call, (found) => ({ status: 200, body: found }))

export const replaceItem: Handler = (call) =>
  withItem(call, (found, order) => {
    const { name, pieces } = call.body
    if (typeof name !== 'string' || typeof pieces !== 'number') return invalid('`name` is a text and `pieces` a number')
    const changed = { ...found, name, pieces }
    call.state.orders.set(order.id, { ...order, items: order.items.map((one) => (one.id === found.id ? changed : one)) })
    return { status: 200, body: changed }
  })

export const removeItem: Handler = (call) =>
  withItem(call, (found, order) => {
    call.state.orders.set(order.id, { ...order, items: order.items.filter(({ id }) => id !== found.id) })
    return { status: 204 }
  })

function withOrder({ state, params }: Call, then: (order: Order) => Reply): Reply {
  const order = state.orders.get(params['id'] ?? '')
  return order === undefined ? NOT_FOUND : then(order)
}

function withItem(call: Call, then: (item: Item, order: Order) => Reply): Reply {
  return withOrder(call, (named) => {
    const orders = call.faults.has('wrong-parent') ? [...call.state.orders.values()] : [named]
    for (const order of orders) {
      const found = order.items.find(({ id }) => id === call.params['itemId'])
      if (found !== undefined) return then(found, order)
    }
    return NOT_FOUND
  })
}

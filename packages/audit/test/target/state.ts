import { createHash, randomUUID } from 'node:crypto'

export interface Order {
  readonly id: string
  readonly customer: string
  readonly note: string
  readonly quantity: number
  readonly address: { readonly street: string }
  /** Set by the shop. */
  readonly status: string
  readonly discount: number
  readonly items: readonly Item[]
}

export interface Item {
  readonly id: string
  readonly name: string
  readonly pieces: number
}

export interface User {
  readonly id: string
  readonly name: string
  readonly role: string
}

/** Something that every known caller may read, and its author may change. */
export interface Notice {
  readonly id: string
  readonly author: string
  readonly text: string
}

/** All that the target remembers. */
export interface State {
  readonly orders: Map<string, Order>
  readonly notices: Map<string, Notice>
  /** Removed orders, for the fault that still shows them; nothing that counts. */
  readonly removed: Map<string, Order>
  readonly users: ReadonlyMap<string, User>
  reset(): void
  /** The same for the same content, whatever happened in between. */
  hash(): string
}

const ORDERS: readonly Order[] = [
  order('order-alice', 'alice', [{ id: 'item-alice', name: 'green tea', pieces: 2 }]),
  order('order-bob', 'bob', [{ id: 'item-bob', name: 'black tea', pieces: 1 }]),
]
const NOTICES: readonly Notice[] = [
  { id: 'notice-alice', author: 'alice', text: 'the kettle is mended' },
  { id: 'notice-bob', author: 'bob', text: 'the cups are new' },
]
const USERS: readonly User[] = [
  { id: 'alice', name: 'Alice Adler', role: 'customer' },
  { id: 'bob', name: 'Bob Brandt', role: 'customer' },
  { id: 'olga', name: 'Olga Ohm', role: 'admin' },
  { id: 'sam', name: 'Sam Sommer', role: 'support' },
]

export function createState(): State {
  const state: State = {
    orders: new Map(),
    notices: new Map(),
    removed: new Map(),
    users: byId(USERS),
    reset: () => {
      state.removed.clear()
      fill(state.orders, ORDERS)
      fill(state.notices, NOTICES)
    },
    hash: () => {
      const sorted = [state.orders, state.notices, state.users].map((map) => [...map.values()].sort((a, b) => (a.id < b.id ? -1 : 1)))
      return createHash('sha256').update(JSON.stringify(sorted)).digest('hex')
    },
  }
  state.reset()
  return state
}

function order(id: string, customer: string, items: readonly Item[]): Order {
  return { id, customer, note: `for ${customer}`, quantity: 1, address: { street: 'Leaf Lane 1' }, status: 'open', discount: 0, items }
}

/** A new order, as far as the body says what it is. */
export function newOrder(customer: string, body: Readonly<Record<string, unknown>>): Order {
  return { ...order(randomUUID(), customer, []), ...written(body) }
}

/** What callers may say about an order. */
export function written({ note, quantity, address }: Readonly<Record<string, unknown>>): Partial<Order> {
  const street = typeof address === 'object' && address !== null && 'street' in address ? address.street : undefined
  return {
    ...(typeof note === 'string' ? { note } : {}),
    ...(typeof quantity === 'number' ? { quantity } : {}),
    ...(typeof street === 'string' ? { address: { street } } : {}),
  }
}

function byId<T extends { readonly id: string }>(list: readonly T[]): Map<string, T> {
  return new Map(list.map((one) => [one.id, one]))
}

function fill<T extends { readonly id: string }>(map: Map<string, T>, list: readonly T[]): void {
  map.clear()
  for (const one of list) map.set(one.id, one)
}

/** Orders that are kept for one customer; the oldest is dropped for another one. */
const MOST = 20
/** Characters of an order. */
const LONGEST = 100

/** The orders of each customer, in memory. */
export class Orders {
  readonly #of = new Map<string, readonly string[]>()

  of(customer: string): readonly string[] {
    return this.#of.get(customer) ?? []
  }

  add(customer: string, item: string): void {
    this.#of.set(customer, [...this.of(customer), item.slice(0, LONGEST)].slice(-MOST))
  }

  removeAll(customer: string): void {
    this.#of.delete(customer)
  }
}

/** An order of the example's shop. */
export interface Order {
  readonly id: string
  readonly customer: string
  readonly total: number
}

/** All orders there are: 42 belongs to olga, and there is no 7. */
export const orders: ReadonlyMap<string, Order> = new Map([['42', { id: '42', customer: 'olga', total: 12 }]])

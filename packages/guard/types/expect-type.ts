/** `true` only if the two types are the same and the first is not `any`. */
export type Same<A, B> = 0 extends 1 & A ? never : [A] extends [B] ? ([B] extends [A] ? true : never) : never

export function expectSame<A, B>(_proof: Same<A, B>): void {}

export interface Order {
  readonly customer: string
  readonly total: number
}
export declare const orders: { find(id: string): Promise<Order | undefined> }

import { AsyncLocalStorage } from 'node:async_hooks'

/** What is being done, for everything that is sent meanwhile. */
export interface CurrentCase {
  /** `AUTH-OPEN GET /orders`. */
  readonly key: string
  /** Names of the personas whose credentials were used. */
  readonly used: Set<string>
  /** Controls and cleaning up go on when the budget is spent or the caller has had enough. */
  readonly beyondBudget: boolean
}

export const currentCase = new AsyncLocalStorage<CurrentCase>()

/** Does something under a name. */
export function inCase<T>(key: string, act: () => Promise<T>, { beyondBudget = false, used = new Set<string>() } = {}): Promise<T> {
  return currentCase.run({ key, used, beyondBudget }, act)
}

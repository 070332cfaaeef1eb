import { Secret } from '@countersign/core'
import type { CredentialSource } from '../source.ts'
import { coverOf, type Space } from '../space.ts'
import { TokenKeeper, type KeeperOptions } from '../tokens/keeper.ts'
import { isBearerToken } from '../tokens/token.ts'

interface Where {
  readonly at: Space | readonly Space[]
  readonly realm?: string
}

export interface StaticBearerOptions extends Where {
  readonly token: string
}

export interface BearerOptions extends Where, KeeperOptions {
  /** Obtains no token before a server has asked for one, because its challenge says how to. */
  readonly onlyWhenAsked?: boolean
}

/**
 * A bearer token: one that never changes, or tokens `from` somewhere, renewed before they expire and when they are
 * refused.
 *
 * Throws a `TypeError` for a token that the field cannot carry. RFC 6750.
 *
 * @example
 * import { bearer, createClient } from '@countersign/client'
 *
 * const from = {
 *   acts: ['refresh'] as const,
 *   obtain: async () => ({ value: await readToken(), lifetime: 300 }),
 * }
 * export const client = createClient({ credentials: [bearer({ at: 'https://api.example', from })] })
 * declare function readToken(): Promise<string>
 */
export function bearer(options: StaticBearerOptions | BearerOptions): CredentialSource {
  const { at, realm } = options
  const where = { scheme: 'Bearer', strength: 30, ...(realm === undefined ? {} : { realm }), covers: coverOf(at, 'option `at` of bearer()') }
  if ('token' in options) {
    if (!isBearerToken(options.token)) throw new TypeError('option `token` of bearer() is empty, or has other characters than RFC 6750 section 2.1 permits')
    const value = new Secret(`Bearer ${options.token}`)
    return { ...where, present: () => ({ fields: [['authorization', value.reveal()]] }) }
  }
  const keeper = new TokenKeeper(options, 'Bearer')
  return {
    ...where,
    present: async (call) => {
      if (options.onlyWhenAsked === true && !keeper.holds) return undefined
      const token = await keeper.current(call)
      return { fields: [['authorization', `Bearer ${token.value.reveal()}`]], used: token }
    },
    accepted: ({ used }) => keeper.accept(used),
    answer: (refused, call) => keeper.answer(refused, call),
  }
}

import type { Principal, PrincipalBehind, Requirement } from '@countersign/core'
import { checkGuardOptions } from './check-guard.ts'
import { Engine } from './engine.ts'
import type { Gate, Guard, GuardOptions } from './guard-options.ts'

/** A scheme that has something to fetch before it can verify. */
interface Preparing {
  ready(): Promise<void>
}

function isPreparing<S extends object>(scheme: S): scheme is S & Preparing {
  return 'ready' in scheme && typeof scheme.ready === 'function'
}

/**
 * Makes a guard from schemes and options.
 *
 * Nothing is fetched yet. Throws a `TypeError` that names the option, what was found and what would be
 * accepted.
 *
 * @example
 * import { bearerJwt, createGuard } from 'countersign'
 *
 * export const guard = createGuard({
 *   realm: 'orders',
 *   schemes: [bearerJwt({ issuer: 'https://id.example', audience: 'https://api.example' })],
 * })
 */
export function createGuard<P extends Principal = Principal>(options: GuardOptions<P>): Guard<P> {
  checkGuardOptions(options)
  const engine = new Engine<P>(options)
  return {
    realm: options.realm,
    otherwise: engine.otherwise,
    decide: (view, requirement) => engine.decide(view, engine.plan(requirement)),
    answer: (denial, view) => engine.answer(denial, view),
    gate<R extends Requirement>(requirement: R) {
      const plan = engine.plan(requirement)
      // What `judge` allows for a requirement has the principal that the requirement's type promises.
      return ((view) => engine.pass(view, plan)) as Gate<PrincipalBehind<R, P>>
    },
    ready: async () => {
      await Promise.all(options.schemes.filter(isPreparing).map((scheme) => scheme.ready()))
    },
  }
}

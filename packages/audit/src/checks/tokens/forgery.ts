import type { ProbeCheck } from '../../check.ts'
import type { Mode } from '../../rule.ts'
import type { Run } from '../../run.ts'
import { fieldsWith, withFields, type Footing } from '../attack.ts'
import { credentialProbe, failure, type Attempt } from '../probe.ts'
import type { RuleId } from '../rules.ts'
import { partsOf, type TokenParts } from './jws.ts'

/** A token that must not be accepted. */
export interface Forged {
  readonly name: string
  readonly token: string
}

export interface Forgery {
  readonly sends: string
  readonly risk?: number
  readonly mode?: Mode
  /** Tokens made of a good one; a text says why none can be made. */
  readonly forge: (parts: TokenParts, run: Run, footing: Footing) => readonly Forged[] | string | Promise<readonly Forged[] | string>
}

/** A check that makes tokens out of the token of a persona, none of which may be accepted. */
export function forgeryCheck(id: RuleId, { sends, risk = 90, mode = 'safe', forge }: Forgery): ProbeCheck {
  return credentialProbe(id, {
    risk,
    mode,
    kinds: ['bearer'],
    sends,
    accepts: 'accepts',
    attempts: async (footing, run) => {
      const parts = partsOf(footing.credentials.value)
      if (parts === undefined) return 'the token is no signed JWT, so nothing can be made of it'
      const forged = await forge(parts, run, footing)
      return typeof forged === 'string' ? forged : forged.map((one) => attemptWith(one, footing))
    },
    fault: failure('medium'),
  })
}

/** The request of a footing with another token. */
export function attemptWith({ name, token }: Forged, { request, credentials }: Pick<Footing, 'request' | 'credentials'>): Attempt {
  return { name, request: withFields(request, ...fieldsWith(credentials, token)) }
}

import { AUDIENCE } from '@countersign/example-kit'
import { bearerEither, bearerJwt, bearerOpaque, createGuard, type Guard, type KeyEvent } from 'countersign'
import { findOpaqueToken } from './opaque-tokens.ts'

/** The guard of the example: signed tokens of one issuer, and the two opaque tokens of the tutorial. */
export function buildGuard(issuer: string): Guard {
  return createGuard({
    realm: 'quickstart',
    schemes: [
      bearerEither({
        // The provider runs in this process and reads the same clock, so no difference is forgiven.
        jwt: bearerJwt({ issuer, audience: AUDIENCE, algorithms: ['ES256'], clockTolerance: 0, onKeys: reportKeys }),
        opaque: bearerOpaque({ verify: findOpaqueToken }),
      }),
    ],
  })
}

/** Without keys every signed token is answered with 503, so the operator is told why. */
function reportKeys(event: KeyEvent): void {
  if (event.event === 'failed') console.error(`quickstart: the keys of ${event.issuer} could not be fetched:`, event.error)
}

import type { Check } from '../../check.ts'
import { tokAud } from './tok-aud.ts'
import { tokB64 } from './tok-b64.ts'
import { tokCache } from './tok-cache.ts'
import { tokCanon } from './tok-canon.ts'
import { tokCrit } from './tok-crit.ts'
import { tokExpired } from './tok-expired.ts'
import { tokIat } from './tok-iat.ts'
import { tokIss } from './tok-iss.ts'
import { tokJku } from './tok-jku.ts'
import { tokJwk } from './tok-jwk.ts'
import { tokKeyconfusion } from './tok-keyconfusion.ts'
import { tokKid } from './tok-kid.ts'
import { tokNbf } from './tok-nbf.ts'
import { tokNone } from './tok-none.ts'
import { tokRevoked } from './tok-revoked.ts'
import { tokStripped } from './tok-stripped.ts'
import { tokTampered } from './tok-tampered.ts'
import { tokType } from './tok-type.ts'
import { tokWeaksecret } from './tok-weaksecret.ts'

export const tokensChecks: readonly Check[] = [
  tokAud,
  tokB64,
  tokCache,
  tokCanon,
  tokCrit,
  tokExpired,
  tokIat,
  tokIss,
  tokJku,
  tokJwk,
  tokKeyconfusion,
  tokKid,
  tokNbf,
  tokNone,
  tokRevoked,
  tokStripped,
  tokTampered,
  tokType,
  tokWeaksecret,
]

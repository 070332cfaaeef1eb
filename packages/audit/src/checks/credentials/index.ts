import type { Check } from '../../check.ts'
import { credDouble } from './cred-double.ts'
import { credEmpty } from './cred-empty.ts'
import { credGarbage } from './cred-garbage.ts'
import { credHuge } from './cred-huge.ts'
import { credInCookie } from './cred-in-cookie.ts'
import { credInQuery } from './cred-in-query.ts'
import { credMalformed } from './cred-malformed.ts'
import { credPublicBad } from './cred-public-bad.ts'
import { credSchemeCase } from './cred-scheme-case.ts'
import { credSpoofHeaders } from './cred-spoof-headers.ts'
import { credUnicode } from './cred-unicode.ts'
import { credWrongScheme } from './cred-wrong-scheme.ts'

export const credentialsChecks: readonly Check[] = [
  credDouble,
  credEmpty,
  credGarbage,
  credHuge,
  credInCookie,
  credInQuery,
  credMalformed,
  credPublicBad,
  credSchemeCase,
  credSpoofHeaders,
  credUnicode,
  credWrongScheme,
]

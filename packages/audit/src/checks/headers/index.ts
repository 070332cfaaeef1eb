import type { Check } from '../../check.ts'
import { cacheDenial } from './cache-denial.ts'
import { cacheGrant } from './cache-grant.ts'
import { cacheVary } from './cache-vary.ts'
import { cookieFlags } from './cookie-flags.ts'
import { corsCredentials } from './cors-credentials.ts'
import { corsDenial } from './cors-denial.ts'
import { corsPreflight } from './cors-preflight.ts'
import { etagOnDenial } from './etag-on-denial.ts'
import { logReflect } from './log-reflect.ts'
import { rateShape } from './rate-shape.ts'

export const headersChecks: readonly Check[] = [
  cacheDenial,
  cacheGrant,
  cacheVary,
  cookieFlags,
  corsCredentials,
  corsDenial,
  corsPreflight,
  etagOnDenial,
  logReflect,
  rateShape,
]

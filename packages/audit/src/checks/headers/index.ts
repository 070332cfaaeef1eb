import type { Check } from '../../check.ts'
import { cacheDenial } from './cache-denial.ts'
import { cacheVary } from './cache-vary.ts'
import { cookieFlags } from './cookie-flags.ts'
import { etagOnDenial } from './etag-on-denial.ts'
import { rateShape } from './rate-shape.ts'

export const headersChecks: readonly Check[] = [cacheDenial, cacheVary, cookieFlags, etagOnDenial, rateShape]

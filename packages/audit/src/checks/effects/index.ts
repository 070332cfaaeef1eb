import type { Check } from '../../check.ts'
import { effectDeniedButDone } from './effect-denied-but-done.ts'
import { effectFailedCreate } from './effect-failed-create.ts'
import { misleading2xx } from './misleading-2xx.ts'

/** Section 6.12: what requests have done. */
export const effectChecks: readonly Check[] = [effectDeniedButDone, effectFailedCreate, misleading2xx]

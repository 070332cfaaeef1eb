import type { Check } from '../check.ts'

/** All checks, in the order of reports. */
export const checks: readonly Check[] = []

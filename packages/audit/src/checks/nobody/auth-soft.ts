import { looksRefused } from '../looks-refused.ts'
import { nobodyRefusedAs } from './refused-as.ts'

/** Finds refusals of nobody that say they are a success. */
export const authSoft = nobodyRefusedAs('AUTH-SOFT', {
  told: 'refused with a status of success',
  is: (asked, run) => asked.observed.class === 'soft-denied' || looksRefused(asked, run),
})

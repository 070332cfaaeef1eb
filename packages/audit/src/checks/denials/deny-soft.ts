import { looksRefused } from '../looks-refused.ts'
import { strangerRefusedAs } from './refused-as.ts'

/** Finds refusals of known callers that say they are a success. */
export const denySoft = strangerRefusedAs('DENY-SOFT', {
  told: 'refused with a status of success',
  is: (asked, run) => asked.observed.class === 'soft-denied' || looksRefused(asked, run),
})

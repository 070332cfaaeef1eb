import type { Content, Verified } from '@countersign/core'

/** What becomes of a request whose content a proof covers, and could not be read: what somebody has read before is a mistake of ours. */
export const UNREAD: Readonly<Record<Exclude<Content, { readonly read: true }>['why'], Verified<never>>> = {
  'too-large': { result: 'malformed', reason: 'content-too-large' },
  incomplete: { result: 'malformed', reason: 'content-digest-mismatch' },
  consumed: { result: 'fault', reason: 'misconfigured' },
}

/**
 * Answers that the standards do not provide for, and that many servers give. What is forgiven is read as what
 * was meant; each has its name, so that it shows what is.
 */
export const DEVIATIONS = {
  'challenge-missing':
    'A refusal without a challenge, or with one that script may not read: read as a challenge for the credentials at hand (RFC 9110 section 15.5.2)',
  'error-missing': 'A token is refused by a challenge without an error, such as a bare `Bearer`: read as `invalid_token` (RFC 6750 section 3.1)',
  'error-without-credentials': '`invalid_token` although nothing was sent: read as the first challenge (RFC 6750 section 3.1)',
  'forbidden-when-expired':
    'A token that may have expired is refused as if the caller might not: read as `invalid_token`. What a caller really may not do then costs a new token and a second request (RFC 6750 section 3.1)',
} as const

/** One kind of deviating answer. */
export type Deviation = keyof typeof DEVIATIONS

/** Forgiven unless the client says otherwise: none of these can repeat what a correct server has refused for good. */
export const FORGIVEN: readonly Deviation[] = ['challenge-missing', 'error-missing', 'error-without-credentials']

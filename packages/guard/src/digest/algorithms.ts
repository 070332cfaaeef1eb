/** What responses are computed with; MD5 is not among them (RFC 7616 section 3.2). */
export type DigestAlgorithm = 'SHA-256' | 'SHA-512-256'

/** Texts in hexadecimal, by algorithm. */
export type DigestHashes = Partial<Readonly<Record<DigestAlgorithm, string>>>

/** A hash of 256 bits as both algorithms write it (RFC 7616 section 3.3, `LHEX`). */
export const HEX = /^[\da-f]{64}$/

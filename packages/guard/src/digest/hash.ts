import { DIGEST_ALGORITHMS, hexHashOf } from '#platform'
import type { DigestAlgorithm, DigestHashes } from './algorithms.ts'

/**
 * Hashes a name and password for one realm, for each algorithm of this platform: what is stored in place of the password.
 *
 * Whoever has it can log in to that realm, so it is as secret as a password. A change of the realm makes it useless. RFC
 * 7616 section 3.4.2.
 *
 * @example
 * import { digestHash } from 'countersign'
 *
 * export const stored = await digestHash('olga', 'orders', 'correct horse')
 */
export function digestHash(user: string, realm: string, password: string): Promise<DigestHashes> {
  return hashes(`${user}:${realm}:${password}`)
}

/**
 * Hashes a name for one realm: by this, callers who hide their name are found.
 *
 * RFC 7616 section 3.4.4.
 */
export function digestUserHash(user: string, realm: string): Promise<DigestHashes> {
  return hashes(`${user}:${realm}`)
}

/** In Normalization Form C, as clients send names and hash passwords (RFC 7616 section 4). */
async function hashes(text: string): Promise<DigestHashes> {
  const normal = text.normalize('NFC')
  const made: { [algorithm in DigestAlgorithm]?: string } = {}
  for (const algorithm of DIGEST_ALGORITHMS) made[algorithm] = await Promise.resolve(hexHashOf(algorithm, normal))
  return made
}

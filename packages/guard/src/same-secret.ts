import { equalInConstantTime } from '#platform'
import type { Settled } from './settle.ts'

/**
 * Compares two secrets in a time that does not tell where they differ.
 *
 * Answers at once on Node, later on other runtimes. For passwords use `verifyPassword`.
 *
 * @example
 * import { bearerOpaque, sameSecret } from 'countersign'
 *
 * const expected = process.env['SERVICE_TOKEN'] ?? ''
 * export const scheme = bearerOpaque({
 *   verify: async (token) => (expected !== '' && (await sameSecret(token, expected)) ? { subject: 'service' } : undefined),
 * })
 */
export function sameSecret(one: string, other: string): Settled<boolean> {
  return equalInConstantTime(one, other)
}

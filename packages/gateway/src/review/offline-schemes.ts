import type { AnyScheme, NonEmpty } from '@countersign/core'
import { apiKey, basic, bearerOpaque } from 'countersign'
import type { SchemesConfig } from '../config/config.ts'

/**
 * The schemes of a configuration as far as challenges need them: they know nobody, and nothing is fetched.
 *
 * Strongest first, as the guard sends them. Throws a `TypeError` if there are none.
 */
export function offlineSchemes(config: SchemesConfig): NonEmpty<AnyScheme> {
  const schemes: AnyScheme[] = []
  if (config.bearer !== undefined) schemes.push(bearerOpaque({ verify: () => undefined }))
  if (config.apiKey !== undefined) schemes.push(apiKey({ header: config.apiKey.header, verify: () => undefined }))
  if (config.basic !== undefined) schemes.push(basic({ verify: () => undefined }))
  const [first, ...rest] = schemes.toSorted((a, b) => b.strength - a.strength)
  if (first === undefined) throw new TypeError('`schemes` names no way of authenticating; configure `bearer`, `basic` or `apiKey`')
  return [first, ...rest]
}

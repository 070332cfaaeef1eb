import type { AnyScheme, NonEmpty } from '@countersign/core'
import { apiKey, basic, bearerOpaque, clientCertificate } from 'countersign'
import { proofScheme } from '../access/proofs.ts'
import type { SchemesConfig } from '../config/config.ts'

/**
 * The schemes of a configuration as far as challenges need them: they know nobody, and nothing is fetched.
 *
 * Strongest first, as the guard sends them. Throws a `TypeError` if there are none.
 */
export function offlineSchemes(config: SchemesConfig): NonEmpty<AnyScheme> {
  const schemes: AnyScheme[] = [...tokenSchemes(config)]
  if (config.apiKey !== undefined) schemes.push(apiKey({ header: config.apiKey.header, verify: () => undefined }))
  if (config.basic !== undefined) schemes.push(basic({ verify: () => undefined }))
  if (config.clientCertificate !== undefined) schemes.push(clientCertificate({ certificates: () => ({ found: 'nothing' }), principal: () => undefined }))
  const [first, ...rest] = schemes.toSorted((a, b) => b.strength - a.strength)
  if (first === undefined) throw new TypeError('`schemes` names no way of authenticating; configure `bearer`, `basic`, `apiKey` or `clientCertificate`')
  return [first, ...rest]
}

function tokenSchemes({ bearer, dpop }: SchemesConfig): readonly AnyScheme[] {
  if (bearer === undefined) return []
  const tokens = bearerOpaque({ verify: () => undefined })
  if (dpop === undefined) return [tokens]
  // A nonce is of its moment, and is shown by nothing that is no request.
  const { required, nonce: _, ...rest } = dpop
  return required ? [proofScheme(tokens, rest)] : [tokens, proofScheme(tokens, rest)]
}

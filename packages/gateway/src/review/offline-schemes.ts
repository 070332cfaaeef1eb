import type { AnyScheme, NonEmpty } from '@countersign/core'
import { apiKey, basic, bearerOpaque, clientCertificate, replayMemory, session } from 'countersign'
import { digestScheme } from '../access/digests.ts'
import { proofScheme } from '../access/proofs.ts'
import { signatureScheme } from '../access/signatures.ts'
import type { DigestConfig, SignatureConfig } from '../config/caller-config.ts'
import type { SchemesConfig } from '../config/config.ts'

/** Opens no session that anybody has begun. */
const NO_SECRET = Buffer.alloc(32).toString('base64')

/**
 * The schemes of a configuration as far as challenges need them: they know nobody, and nothing is fetched.
 *
 * Strongest first, as the guard sends them. Throws a `TypeError` if there are none.
 */
export function offlineSchemes(config: SchemesConfig): NonEmpty<AnyScheme> {
  const schemes: AnyScheme[] = [...tokenSchemes(config)]
  if (config.apiKey !== undefined) schemes.push(apiKey({ header: config.apiKey.header, verify: () => undefined }))
  if (config.basic !== undefined) schemes.push(basic({ verify: () => undefined }))
  if (config.digest !== undefined) schemes.push(offlineDigest(config.digest))
  if (config.clientCertificate !== undefined) schemes.push(clientCertificate({ certificates: () => ({ found: 'nothing' }), principal: () => undefined }))
  if (config.session !== undefined) schemes.push(session({ ...config.session, secrets: [NO_SECRET] }))
  if (config.signature !== undefined) schemes.push(offlineSignatures(config.signature))
  const [first, ...rest] = schemes.toSorted((a, b) => b.strength - a.strength)
  if (first === undefined)
    throw new TypeError(
      '`schemes` names no way of authenticating; configure `bearer`, `basic`, `digest`, `apiKey`, `clientCertificate`, `session` or `signature`',
    )
  return [first, ...rest]
}

function tokenSchemes({ bearer, dpop }: SchemesConfig): readonly AnyScheme[] {
  if (bearer === undefined) return []
  const tokens = bearerOpaque({ verify: () => undefined })
  if (dpop === undefined) return [tokens]
  // A nonce is of its moment, and is shown by nothing that is no request.
  const { nonce: _, ...rest } = dpop
  const proofs = proofScheme(tokens, rest, replayMemory())
  return dpop.required ? [proofs] : [tokens, proofs]
}

/** Every answer has a nonce of its own, and what is no request has none. */
function offlineDigest(config: DigestConfig): AnyScheme {
  const scheme = digestScheme({ ...config, users: [] }, replayMemory())
  const { algorithm, contentLimit } = config
  const params = { qop: contentLimit === undefined ? 'auth' : 'auth, auth-int', algorithm, charset: 'UTF-8' }
  return { ...scheme, challenges: ({ realm }) => [{ scheme: scheme.name, params: { realm: config.realm ?? realm, ...params } }] }
}

function offlineSignatures(config: SignatureConfig): AnyScheme {
  // The nonce that is proposed is another one each time.
  const { replays: _, ...rest } = config
  return signatureScheme(rest, () => replayMemory())
}

import type { NonEmpty, Requirement } from '@countersign/core'
import type { SchemeDefinition } from '@countersign/openapi'
import type { SchemeKey, SchemesConfig } from '../config/config.ts'
import { SCHEMES } from '../config/schema/scheme-names.ts'

/** What the schemes of a configuration are called in challenges. */
export const SCHEME_NAMES = {
  bearer: 'Bearer',
  basic: 'Basic',
  digest: 'Digest',
  apiKey: 'ApiKey',
  dpop: 'DPoP',
  clientCertificate: 'ClientCertificate',
  session: 'Session',
  signature: 'Signature',
} as const

/** The key under `schemes` of a scheme by its name in challenges. */
export function keyOf(name: string): SchemeKey | undefined {
  return SCHEMES.find((key) => SCHEME_NAMES[key].toLowerCase() === name.toLowerCase())
}

/** What a document means for which OpenAPI has no word of its own: an API key in the cookie of sessions, and a scheme of HTTP that is not registered. */
export function meantBy({ type, in: where, parameter, scheme }: SchemeDefinition, { session, signature }: SchemesConfig): SchemeKey | undefined {
  if (type === 'apiKey' && where === 'cookie' && parameter !== undefined && parameter === session?.cookie) return 'session'
  return type === 'http' && signature !== undefined && scheme?.toLowerCase() === 'signature' ? 'signature' : undefined
}

/**
 * Lets the tokens of `bearer` come as `schemes.dpop` says, wherever they are asked for: with a proof as well, or with a proof only.
 *
 * A proof takes nothing away from a token (RFC 9449 section 7), and no document could ask for a thing that OpenAPI has no word for.
 */
export function withProofs(requirement: Requirement, { dpop }: SchemesConfig): Requirement {
  return dpop === undefined ? requirement : rewritten(requirement, dpop.required ? [SCHEME_NAMES.dpop] : [SCHEME_NAMES.bearer, SCHEME_NAMES.dpop])
}

function rewritten(requirement: Requirement, tokens: NonEmpty<string>): Requirement {
  switch (requirement.type) {
    case 'authenticated':
      return requirement.via === undefined ? requirement : { ...requirement, via: presentedAs(requirement.via, tokens) }
    case 'all':
    case 'any': {
      const [first, ...rest] = requirement.of
      return { ...requirement, of: [rewritten(first, tokens), ...rest.map((part) => rewritten(part, tokens))] }
    }
    case 'unprobeable':
      return { ...requirement, of: rewritten(requirement.of, tokens) }
    default:
      return requirement
  }
}

function presentedAs([first, ...rest]: NonEmpty<string>, tokens: NonEmpty<string>): NonEmpty<string> {
  const expanded = (name: string): NonEmpty<string> => (keyOf(name) === 'bearer' ? tokens : [name])
  const [one, ...others] = expanded(first)
  return [one, ...new Set([...others, ...rest.flatMap(expanded)].filter((name) => name !== one))]
}

import { reasonEntry, type Ask, type Challenge } from '@countersign/core'
import { errorOf } from './bearer-challenge.ts'

/** The challenge of DPoP; the errors of Bearer, and two of its own (RFC 9449 section 7.1). */
export function dpopChallenge(ask: Ask, algs: string): Challenge {
  const { reason, scope } = ask
  const error = reason === undefined ? undefined : (proofError(reason) ?? errorOf(reason))
  const scopes: Record<string, string> = scope === undefined || scope.length === 0 ? {} : { scope: scope.join(' ') }
  if (error === undefined || reason === undefined) {
    const metadata: Record<string, string> = ask.resourceMetadata === undefined ? {} : { resource_metadata: ask.resourceMetadata }
    return { scheme: 'DPoP', params: { realm: ask.realm, algs, ...scopes, ...metadata } }
  }
  const params: Record<string, string> = { realm: ask.realm, error }
  if (ask.acr !== undefined) params['acr_values'] = ask.acr.join(' ')
  if (ask.maxAge !== undefined) params['max_age'] = String(ask.maxAge)
  return { scheme: 'DPoP', params: { ...params, ...scopes, algs, error_description: reasonEntry(reason).description } }
}

function proofError(reason: Parameters<typeof reasonEntry>[0]): string | undefined {
  const { problem } = reasonEntry(reason)
  if (problem === 'dpop-nonce-required') return 'use_dpop_nonce'
  return problem === 'invalid-dpop-proof' ? 'invalid_dpop_proof' : undefined
}

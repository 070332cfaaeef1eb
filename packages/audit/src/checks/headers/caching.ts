import type { AuditResponse } from '../../exchange.ts'
import { fieldOf } from '../asked.ts'

/** What `Cache-Control` says, names in lower case. */
export function directivesOf(response: AuditResponse): ReadonlyMap<string, string> {
  const parts = fieldOf(response, 'cache-control').split(',')
  return new Map(
    parts.flatMap((part) => {
      const [name = '', value = ''] = part.trim().split('=')
      return name === '' ? [] : [[name.toLowerCase(), value.replaceAll('"', '')] as const]
    }),
  )
}

/** Whether a response says itself that shared caches may keep it, whoever asked (RFC 9111 sections 3.5 and 5.2.2). */
export function isSharedByWord(response: AuditResponse): boolean {
  const says = directivesOf(response)
  if (says.has('no-store') || says.has('private')) return false
  return says.has('public') || Number(says.get('s-maxage') ?? '0') > 0
}

/** Whether a response says itself that it may be kept for some time. */
export function isKeptByWord(response: AuditResponse): boolean {
  const says = directivesOf(response)
  if (says.has('no-store') || says.has('private')) return false
  return isSharedByWord(response) || Number(says.get('max-age') ?? '0') > 0 || fieldOf(response, 'expires') !== ''
}

/** Whether a response differs by what callers are told apart by. */
export function variesByCaller(response: AuditResponse, fields: readonly string[]): boolean {
  const varies = fieldOf(response, 'vary')
    .toLowerCase()
    .split(/\s*,\s*/)
  return varies.includes('*') || fields.some((name) => varies.includes(name.toLowerCase()))
}

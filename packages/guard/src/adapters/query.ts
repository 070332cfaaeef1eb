/** The query of a target, found without parsing the rest (RFC 3986 section 3.4). */
export function queryOf(target: string): string {
  const start = target.indexOf('?')
  if (start === -1) return ''
  const end = target.indexOf('#')
  if (end === -1) return target.slice(start + 1)
  return start < end ? target.slice(start + 1, end) : ''
}

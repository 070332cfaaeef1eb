/** Random text of a run, which is nobody's data and proves whose object it is. */
const MARKER = /\b[0-9a-f]{24}\b/
/** What stands for a secret is shown. */
const STANDS = /^\[(?:redacted|secret of .*)\]$/

/** A content with each value as its kind and length: what an API says about people is none of the report's business. Markers stay. */
export function outlined(body: string): string {
  if (body === '') return ''
  const value = parsed(body)
  return value === undefined
    ? `‹${body.length} characters that are no JSON${MARKER.test(body) ? `, with the marker ${MARKER.exec(body)?.[0]}` : ''}›`
    : JSON.stringify(outline(value.json), null, 2)
}

function parsed(body: string): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(body) }
  } catch {
    return undefined
  }
}

/** Items of a list that are shown. */
const SHOWN = 5

function outline(value: unknown): unknown {
  if (typeof value === 'string') return MARKER.test(value) || STANDS.test(value) || value === '' ? value : `‹text of ${value.length}›`
  if (typeof value === 'number') return '‹number›'
  if (Array.isArray(value)) return [...value.slice(0, SHOWN).map(outline), ...(value.length > SHOWN ? [`‹${value.length - SHOWN} more›`] : [])]
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, outline(one)]))
}

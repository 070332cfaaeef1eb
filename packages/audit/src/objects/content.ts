import { isRecord } from './members.ts'

/** Names of members that hold no free text, whatever stands in their example. */
const BOUND =
  /^(_?id|.*(?:Id|_id|ID)|uuid|type|kind|status|state|role|roles|currency|country|locale|lang|language|.*(?:mail|Mail)|ur[il]|.*(?:Ur[il]|_ur[il])|href|link|phone|.*(?:date|Date|At|_at)|time|timezone|colou?r|format|mime.*|password|secret|token|sku|iban|zip|postal.*|version)$/
/** Names of members that hold free text wherever they are. */
const FREE = /^(note|notes|name|title|description|comment|comments|text|message|label|subject|body|content|summary|remark|remarks|displayName|display_name)$/

/** What to put into the free texts of some content: into all that may be, or into those that surely are. */
export type Daring = 'every' | 'sure'

/** The content with a marker in every free text; nothing if there is none to put it into. */
export function withMarker(content: unknown, marker: string, daring: Daring): unknown {
  let put = false
  const visit = (value: unknown, name: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => visit(item, name))
    if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([member, one]) => [member, visit(one, member)]))
    if (typeof value !== 'string' || !isFree(name, value, daring)) return value
    put = true
    return marker
  }
  const marked = visit(content, '')
  return put ? marked : undefined
}

function isFree(name: string, value: string, daring: Daring): boolean {
  if (FREE.test(name)) return true
  return daring === 'every' && !BOUND.test(name) && !looksBound(value)
}

/** Dates, numbers, addresses, identifiers, and constants in capitals are checked by whoever takes them. */
function looksBound(value: string): boolean {
  return (
    /^(\d{4}-\d\d.*|[\d.,:+\s-]*|[0-9a-f]{8}-[0-9a-f-]{27}|[a-z][a-z0-9+.-]*:\S*|\S+@\S+|#[0-9a-f]{3,8}|[A-Z][A-Z0-9_]*|true|false)$/i.test(value) &&
    !/^[a-z]+$/.test(value)
  )
}

/** Paths of the members that are free text in every case, for changing one of them. */
export function freeTexts(content: unknown): readonly string[] {
  return isRecord(content) ? Object.entries(content).flatMap(([name, value]) => (typeof value === 'string' && isFree(name, value, 'every') ? [name] : [])) : []
}

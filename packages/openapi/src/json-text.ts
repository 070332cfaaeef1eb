export const QUOTE = 0x22
const BACKSLASH = 0x5c
export const OPEN_MAP = 0x7b
export const OPEN_LIST = 0x5b
const CLOSE_MAP = 0x7d
export const CLOSE_LIST = 0x5d
export const COMMA = 0x2c

/** Behind the whitespace of RFC 8259 section 2. */
export function pastSpace(text: string, from: number): number {
  let at = from
  for (let code = text.charCodeAt(at); code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09; code = text.charCodeAt(at)) at += 1
  return at
}

/** Behind a string that begins at `from`. */
export function pastString(text: string, from: number): number {
  let at = text.indexOf('"', from + 1)
  while (at !== -1) {
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes += 1
    if (slashes % 2 === 0) return at + 1
    at = text.indexOf('"', at + 1)
  }
  return text.length
}

/** Behind a value that begins at `from`, in a text that was checked. */
export function pastValue(text: string, from: number): number {
  let depth = 0
  let at = from
  do {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = pastString(text, at)
    else if (code === OPEN_MAP || code === OPEN_LIST) {
      depth += 1
      at += 1
    } else if (code === CLOSE_MAP || code === CLOSE_LIST) {
      depth -= 1
      at += 1
    } else at = depth === 0 ? pastLiteral(text, at) : at + 1
  } while (depth > 0 && at < text.length)
  return at
}

/** Behind a number, `true`, `false` or `null`. */
function pastLiteral(text: string, from: number): number {
  let at = from
  for (let code = text.charCodeAt(at); code > 0x20 && code !== COMMA && code !== CLOSE_MAP && code !== CLOSE_LIST; code = text.charCodeAt(at)) at += 1
  return at
}

/** Brackets that may stand open, and indicators (`- `, `? `, `: `) that one line may have. */
const MOST_OPEN = 200
const MOST_INDICATORS = 2000

/**
 * Where a text nests deeper than anything a person writes, if it does.
 *
 * Asked before parsing: the parser needs memory with the square of the depth, and 400 KB of `- - -` end the
 * process. Counts brackets and indicators in quotes and comments, too, which the limits leave room for.
 */
export function deepNesting(text: string): number | undefined {
  let open = 0
  let indicators = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === NEWLINE) indicators = 0
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) open++
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) open = Math.max(0, open - 1)
    else if ((code === SPACE || code === TAB) && isIndicator(text.charCodeAt(index - 1))) indicators++
    if (open > MOST_OPEN || indicators > MOST_INDICATORS) return index
  }
  return undefined
}

const [TAB, NEWLINE, SPACE] = [9, 10, 32]
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [91, 93, 123, 125]
const [DASH, COLON, QUESTION] = [45, 58, 63]

function isIndicator(code: number): boolean {
  return code === DASH || code === COLON || code === QUESTION
}

/** The word among `known` that was probably meant; nothing if none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase()
  let best: string | undefined
  let least = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    const far = distance(wanted, candidate.toLowerCase(), least)
    if (far >= least) continue
    best = candidate
    least = far
  }
  return best
}

/** A hint for an unknown word: the nearest known one, or all of them. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const words = [...known]
  const meant = nearest(word, words)
  if (meant !== undefined) return `did you mean \`${meant}\`?`
  if (words.length === 0) return 'none are defined'
  const shown = words.slice(0, MOST).map((name) => `\`${name}\``)
  return `known: ${shown.join(', ')}${words.length > MOST ? ' …' : ''}`
}

/** Words in one hint. */
const MOST = 12
/** Characters of a word that is compared. */
const LONGEST = 64

/** Insertions, deletions, changes and swapped neighbours between two words; `limit` or more means too many. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit || a.length > LONGEST) return limit
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)]
  const at = (row: number, column: number): number => rows[row]?.[column] ?? limit
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    rows.push(current)
    for (let column = 1; column <= b.length; column += 1) {
      const change = at(row - 1, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      current.push(Math.min(change, at(row - 1, column) + 1, at(row, column - 1) + 1, swapped ? at(row - 2, column - 2) + 1 : limit))
    }
  }
  return at(a.length, b.length)
}

/**
 * The name that was probably meant: the same but for case and separators, or else a few letters away.
 *
 * A third of the longer one's letters may differ, where an exchange of neighbours counts as one.
 */
export function nearName(name: string, names: readonly string[]): string | undefined {
  const bare = bareName(name)
  const same = names.find((one) => bareName(one) === bare)
  if (same !== undefined || name.length > LONGEST) return same
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const one of names) {
    const most = Math.max(name.length, one.length) / 3
    if (Math.abs(name.length - one.length) > most) continue
    const distance = editDistance(bare, bareName(one))
    if (distance < least && distance <= most) [best, least] = [one, distance]
  }
  return best
}

const LONGEST = 40

function bareName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, '')
}

/** Letters to put in, take out, change or exchange with their neighbour (optimal string alignment). */
export function editDistance(one: string, other: string): number {
  let before: number[] = []
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const current = [i]
    for (let j = 1; j <= other.length; j++) {
      const cost = one[i - 1] === other[j - 1] ? 0 : 1
      const isExchange = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      const least = Math.min(at(row, j) + 1, at(current, j - 1) + 1, at(row, j - 1) + cost)
      current.push(isExchange ? Math.min(least, at(before, j - 2) + 1) : least)
    }
    ;[before, row] = [row, current]
  }
  return at(row, other.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}

import { nearName } from './near-name.ts'

/** A hint for an unknown word: the nearest known one, or all of them. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const words = [...known]
  const meant = nearName(word, words)
  if (meant !== undefined) return `did you mean \`${meant}\`?`
  if (words.length === 0) return 'none are defined'
  const shown = words.slice(0, MOST).map((name) => `\`${name}\``)
  return `known: ${shown.join(', ')}${words.length > MOST ? ' …' : ''}`
}

/** Words in one hint. */
const MOST = 12

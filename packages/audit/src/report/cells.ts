import type { AnswerClass } from '../observation.ts'
import type { ReportCell } from './report.ts'

/** One letter for each class of answers. */
export const LETTERS: Readonly<Record<AnswerClass, string>> = {
  granted: 'g',
  'denied-auth': 'a',
  'denied-authz': 'd',
  hidden: 'h',
  invalid: 'i',
  'soft-denied': 's',
  'redirect-login': 'r',
  broken: 'b',
  limited: 'l',
  unknown: '?',
}

/** What the letters mean, for legends. */
export const MEANINGS: Readonly<Record<AnswerClass, string>> = {
  granted: 'granted',
  'denied-auth': 'asked for credentials',
  'denied-authz': 'denied',
  hidden: 'hidden',
  invalid: 'content refused',
  'soft-denied': 'denied with a 2xx',
  'redirect-login': 'sent to a login',
  broken: 'broken',
  limited: 'limited',
  unknown: 'not understood',
}

/** How a cell stands: as expected, otherwise without a finding, wrong, or not seen. */
export type CellState = 'fine' | 'other' | 'wrong' | 'unseen'

export function stateOf({ expected, observed, wrong }: ReportCell): CellState {
  if (observed === undefined) return 'unseen'
  return wrong ? 'wrong' : observed.class === expected.class ? 'fine' : 'other'
}

/** One or two characters: what was expected if it came, else expected and seen; `!` where the answer is right and something about it is wrong; `-` where nothing was sent. */
export function lettersOf(cell: ReportCell): string {
  const { expected, observed, wrong } = cell
  const wanted = LETTERS[expected.class]
  if (observed === undefined) return '-'
  return observed.class === expected.class ? `${wanted}${wrong ? '!' : ''}` : `${wanted}${LETTERS[observed.class]}`
}

/** In words: `expected 401, got 200`. */
export function cellText({ expected, observed, skipped, relation }: ReportCell): string {
  const whose = relation === 'none' ? '' : `${relation} object: `
  if (observed === undefined) return `${whose}expected ${expected.status}, not sent${skipped === undefined ? '' : `: ${skipped}`}`
  return `${whose}expected ${expected.status} (${expected.class}, ${expected.source}), got ${observed.status ?? 'no answer'} (${observed.class})`
}

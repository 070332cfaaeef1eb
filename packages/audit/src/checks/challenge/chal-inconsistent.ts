import { describe } from '@countersign/core'
import type { CellCheck } from '../../check.ts'
import { isNobody, PASSED } from '../asked.ts'
import { ruleOf } from '../rules.ts'
import { challenged, challengesOf } from './refusals.ts'

/** Finds operations that ask for the same and offer other schemes or realms than most. */
export const chalInconsistent: CellCheck = {
  kind: 'cell',
  rule: ruleOf('CHAL-INCONSISTENT'),
  judge: (cell, run) => {
    const asked = challenged(cell)
    if (asked === undefined || !isNobody(asked.persona)) return undefined
    const alike = run.cells
      .filter(({ persona, operation }) => isNobody(persona) && describe(operation.requirement) === describe(asked.operation.requirement))
      .map(challenged)
      .filter((one) => one !== undefined)
      .map(({ response }) => offerOf(response))
    const mine = offerOf(asked.response)
    const usual = mostFrequent(alike)
    if (mine === usual) return PASSED
    return {
      level: 'strong',
      message: `${asked.operation.key} offers ${mine}, where other operations that ask for the same offer ${usual}`,
      expected: usual,
      observed: mine,
      evidence: [asked.observed.exchange],
      cause: mine,
    }
  },
}

function offerOf(response: Parameters<typeof challengesOf>[0]): string {
  const offers = challengesOf(response).challenges.map(({ scheme, params }) => `${scheme}${params['realm'] === undefined ? '' : ` realm="${params['realm']}"`}`)
  return offers.length === 0 ? 'nothing' : offers.sort().join(', ')
}

/** The first of those that are there most often. */
function mostFrequent(texts: readonly string[]): string {
  const count = (text: string): number => texts.filter((one) => one === text).length
  return [...texts].sort((a, b) => count(b) - count(a))[0] ?? ''
}

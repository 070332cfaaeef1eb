import type { ChallengeFault } from '@countersign/core'
import type { CellCheck } from '../../check.ts'
import { fieldValues } from '../../exchange.ts'
import { answered, PASSED } from '../asked.ts'
import { ruleOf } from '../rules.ts'
import { challengesOf } from './refusals.ts'

/** Finds challenges that do not parse. */
export const chalSyntax: CellCheck = {
  kind: 'cell',
  rule: ruleOf('CHAL-SYNTAX'),
  judge: (cell) => {
    const asked = answered(cell)
    const lines = asked === undefined ? [] : fieldValues(asked.response, 'www-authenticate')
    if (asked === undefined || lines.length === 0) return undefined
    const { faults, challenges } = challengesOf(asked.response)
    const [wrong] = [...faults.map(described), ...lines.filter((line) => /[^\t\x20-\x7e]/.test(line)).map(() => 'characters outside ASCII')]
    if (wrong === undefined) return PASSED
    const read = challenges.length === 0 ? 'nothing of it can be read' : `only ${challenges.map(({ scheme }) => scheme).join(', ')} can be read`
    return {
      level: 'strong',
      message: `${asked.operation.key}: the challenge has ${wrong}; ${read}`,
      expected: 'challenges as RFC 9110 section 11.6.1 writes them',
      observed: `\`${lines.join(', ').slice(0, 200)}\``,
      evidence: [asked.observed.exchange],
      cause: wrong,
    }
  },
}

function described(fault: ChallengeFault): string {
  switch (fault.kind) {
    case 'duplicate-parameter':
      return `the parameter \`${fault.name}\` twice`
    case 'stray-parameter':
      return `a parameter \`${fault.name}\` that belongs to no scheme`
    case 'malformed':
      return 'an element that is neither a scheme nor a parameter, or a quote that does not end'
    case 'too-long':
      return 'more text than anybody reads'
  }
}

import { expect, test } from 'vitest'
import { checks } from '../src/checks/index.ts'
import { auditFaulty, countingIn } from './target/audited.ts'
import { FAULTS, type FaultName } from './target/faults.ts'

const NAMES = Object.keys(FAULTS) as FaultName[]
const CHOSEN = process.env['COUNTERSIGN_MUTATION']?.split(',').filter((name) => name !== 'all')
const FAULTY = CHOSEN === undefined || CHOSEN.length === 0 ? NAMES : NAMES.filter((name) => CHOSEN.includes(name))

// Half an hour: `npm run test:mutation`. What each check finds of its own faults is tested with every change.
test.runIf(process.env['COUNTERSIGN_MUTATION'] !== undefined)('each single fault is found by all checks together', { timeout: 3_600_000 }, async () => {
  const lines: string[] = []
  for (const name of FAULTY) {
    const { report } = await auditFaulty([name], checks, { mode: 'full', everybody: true })
    const found = [...new Set(countingIn(report).map((line) => line.split(' ', 1)[0]))]
    lines.push(`${found.length === 0 ? 'MISSED' : 'found '} ${name}: ${found.join(', ')}`)
  }
  const missed = lines.filter((line) => line.startsWith('MISSED'))
  process.stdout.write(`${lines.join('\n')}\n${lines.length - missed.length} of ${lines.length} faults found\n`)
  expect(missed).toEqual([])
})

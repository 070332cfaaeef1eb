import { parseArgs } from 'node:util'
import { OWNERS } from './owners.ts'
import { COVERED } from './rows/index.ts'
import { COLUMNS, HANDLERS, run } from './run.ts'
import { TABLE } from './table.ts'

const GROUPS = [...new Set(TABLE.map(({ group }) => group))]
const idsOf = (group: string): readonly string[] => TABLE.filter((row) => row.group === group).map(({ id }) => id)

const { values: options } = parseArgs({
  options: { json: { type: 'boolean' }, row: { type: 'string', multiple: true }, column: { type: 'string', multiple: true } },
})
const rows = options.row ?? COVERED
const names = options.column ?? COLUMNS.map(({ name }) => name)

for (const row of rows) if (!COVERED.includes(row)) fail(OWNERS[row] === undefined ? `no row \`${row}\`` : `the row \`${row}\` belongs to ${OWNERS[row][0]}`)
for (const name of names)
  if (!COLUMNS.some((column) => column.name === name)) fail(`no column \`${name}\`; there are ${COLUMNS.map((column) => column.name).join(', ')}`)

const expected = COLUMNS.filter(({ name }) => names.includes(name)).reduce(
  (sum, column) => sum + rows.filter((row) => column.situationsOf(row).length > 0).length + 1,
  0,
)
let done = 0
const started = performance.now()
const results = await run({ rows, columns: names, onResult: progress })
const failed = results.filter(({ faults }) => faults.length > 0)
if (process.stderr.isTTY) process.stderr.write('\r\u001B[K')
console.log(options.json === true ? JSON.stringify({ results, passed: results.length - failed.length, failed: failed.length }, undefined, 2) : matrix())
process.exitCode = failed.length === 0 ? 0 : 1

function fail(message: string): never {
  console.error(message)
  process.exit(2)
}

function progress(): void {
  done += 1
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${expected} rows tried`)
  else if (done % 200 === 0) process.stderr.write(`${done} of ${expected} rows tried\n`)
}

/** One line a row, one column an adapter or the gateway, `-` where it is not for it; what failed is told below. */
function matrix(): string {
  const width = Math.max(HANDLERS.length, ...rows.map((row) => row.length))
  const cell = (row: string, name: string): string => {
    const result = results.find((one) => one.row === row && one.column === name)
    return (result === undefined ? '-' : result.faults.length === 0 ? 'ok' : 'FAIL').padEnd(name.length)
  }
  const line = (row: string): string => `${row.padEnd(width)}  ${names.map((name) => cell(row, name)).join('  ')}`.trimEnd()
  const parts = GROUPS.flatMap((group) => {
    const tried = idsOf(group).filter((id) => rows.includes(id))
    return tried.length === 0 ? [] : ['', `${group.padEnd(width)}  ${names.join('  ')}`, ...tried.map(line)]
  })
  return [...parts, '', line(HANDLERS), '', ...failures(), ...GROUPS.map(countsOf), summary()].join('\n')
}

function failures(): readonly string[] {
  return failed.flatMap(({ row, column, faults }) => faults.map((fault) => `FAIL ${row} through ${column}: ${fault}`))
}

function countsOf(group: string): string {
  const some = results.filter((result) => result.group === group)
  const ids = idsOf(group)
  if (some.length === 0) return `${group}: no row tried, ${ids.filter((id) => COVERED.includes(id)).length} of ${ids.length} rows covered`
  return `${group}: ${some.filter(({ faults }) => faults.length === 0).length} of ${some.length} passed, ${ids.filter((id) => COVERED.includes(id)).length} of ${ids.length} rows covered`
}

function summary(): string {
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const situations = results.filter(({ row }) => row !== HANDLERS).reduce((sum, result) => sum + result.situations, 0)
  return [
    '',
    `${COVERED.length} rows covered, ${Object.keys(OWNERS).length} owned by other parts, ${TABLE.length} in the table; ${situations} situations in ${seconds} s`,
    `${results.length - failed.length} passed, ${failed.length} failed`,
  ].join('\n')
}

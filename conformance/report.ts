import { parseArgs } from 'node:util'
import { ADAPTERS } from './adapters.ts'
import { OWNERS } from './owners.ts'
import { ROWS } from './rows/index.ts'
import { HANDLERS, run } from './run.ts'
import { TABLE } from './table.ts'

const GROUPS = [...new Set(TABLE.map(({ group }) => group))]
const idsOf = (group: string): readonly string[] => TABLE.filter((row) => row.group === group).map(({ id }) => id)

const { values: options } = parseArgs({
  options: { json: { type: 'boolean' }, row: { type: 'string', multiple: true }, adapter: { type: 'string', multiple: true } },
})
const rows = options.row ?? Object.keys(ROWS)
const names = options.adapter ?? ADAPTERS.map(({ name }) => name)

for (const row of rows) if (ROWS[row] === undefined) fail(OWNERS[row] === undefined ? `no row \`${row}\`` : `the row \`${row}\` belongs to ${OWNERS[row][0]}`)
for (const name of names)
  if (!ADAPTERS.some((adapter) => adapter.name === name)) fail(`no adapter \`${name}\`; there are ${ADAPTERS.map((adapter) => adapter.name).join(', ')}`)

const expected = (rows.length + 1) * names.length
let done = 0
const started = performance.now()
const results = await run({ rows, adapters: names, onResult: progress })
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

/** One line a row, one column an adapter; what failed is told below. */
function matrix(): string {
  const width = Math.max(HANDLERS.length, ...rows.map((row) => row.length))
  const cell = (row: string, name: string): string => {
    const result = results.find((one) => one.row === row && one.adapter === name)
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
  return failed.flatMap(({ row, adapter, faults }) => faults.map((fault) => `FAIL ${row} through ${adapter}: ${fault}`))
}

function countsOf(group: string): string {
  const some = results.filter((result) => result.group === group)
  const ids = idsOf(group)
  if (some.length === 0) return `${group}: no row tried, ${ids.filter((id) => ROWS[id] !== undefined).length} of ${ids.length} rows covered`
  return `${group}: ${some.filter(({ faults }) => faults.length === 0).length} of ${some.length} passed, ${ids.filter((id) => ROWS[id] !== undefined).length} of ${ids.length} rows covered`
}

function summary(): string {
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const situations = results.filter(({ row }) => row !== HANDLERS).reduce((sum, result) => sum + result.situations, 0)
  return [
    '',
    `${Object.keys(ROWS).length} rows covered, ${Object.keys(OWNERS).length} owned by other parts, ${TABLE.length} in the table; ${situations} situations in ${seconds} s`,
    `${results.length - failed.length} passed, ${failed.length} failed`,
  ].join('\n')
}

import type { Requirement } from '@countersign/core'
import type { Cell } from '../check.ts'
import type { Planning, Run } from '../run.ts'
import { resourceIn } from '../objects/ownership.ts'

/** What is missing in the configuration, and how much of the matrix that costs. */
export function costsOf({ personas, operations, objects }: Pick<Run, 'personas' | 'operations' | 'objects'>, cells: readonly Cell[]): readonly string[] {
  const known = personas.filter(({ principal }) => principal !== undefined)
  const notes: string[] = []
  if (known.length === 0)
    notes.push(`without any persona ${cells.length} cells of known callers stay untested: nothing can be told but what nobody is answered`)
  const owned = operations.filter(
    (operation) => resourceIn(objects.resources, operation) !== undefined && (operation.method === 'GET' || operation.method === 'HEAD'),
  )
  const foreign = new Set(cells.filter(({ relation }) => relation === 'foreign').map(({ operation }) => operation.key))
  const alone = owned.filter((operation) => !foreign.has(operation.key)).length
  if (known.length > 0 && alone > 0)
    notes.push(
      `without a second persona who owns objects, ${count(alone, 'operation')} about objects ${alone === 1 ? 'is' : 'are'} not tried with those of somebody else`,
    )
  if (known.length > 1 && !known.some((one) => known.some((other) => other !== one && sameRoles(one, other))))
    notes.push('no two personas have the same roles, so what one may do with the objects of an equal is not seen apart from what its role may do')
  for (const [word, asking] of Object.entries(lacking(operations, known)))
    notes.push(
      `nobody has ${word}, so ${count(asking, 'operation')} that ask${asking === 1 ? 's' : ''} for it ${asking === 1 ? 'is' : 'are'} never seen to let anybody in`,
    )
  const missing = cells.filter(({ skipped }) => skipped?.startsWith('no value for') === true)
  if (missing.length > 0)
    notes.push(
      `${count(missing.length, 'cell')} need${missing.length === 1 ? 's' : ''} an example value or an object: ${[...new Set(missing.map(({ operation }) => operation.key))].slice(0, 3).join(', ')}`,
    )
  return notes
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

type Known = Planning['personas'][number]

function sameRoles(a: Known, b: Known): boolean {
  const roles = ({ principal }: Known): string => JSON.stringify([...(principal?.roles ?? [])].sort())
  return roles(a) === roles(b)
}

/** Roles and scopes that operations ask for and no persona has, with how many do. */
function lacking(operations: Planning['operations'], known: readonly Known[]): Readonly<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const { requirement } of operations) {
    for (const word of wordsOf(requirement)) {
      const [kind = '', name = ''] = word.split(/ (.*)/s)
      const had = known.some(({ principal }) => (kind === 'role' ? principal?.roles : principal?.scopes)?.includes(name) === true)
      if (!had) found[`the ${kind} \`${name}\``] = (found[`the ${kind} \`${name}\``] ?? 0) + 1
    }
  }
  return found
}

function wordsOf(requirement: Requirement): readonly string[] {
  if (requirement.type === 'role') return requirement.any.length === 1 ? [`role ${requirement.any[0]}`] : []
  if (requirement.type === 'scope') return requirement.all.map((name) => `scope ${name}`)
  if (requirement.type === 'all') return requirement.of.flatMap(wordsOf)
  return requirement.type === 'unprobeable' ? wordsOf(requirement.of) : []
}

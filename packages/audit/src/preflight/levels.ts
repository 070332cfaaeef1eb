import type { Run } from '../run.ts'

/** Whether personas with different roles are told apart anywhere; the roles that the configuration gives them may be the same to the target. */
export function levelNotes({ cells, personas }: Run): readonly string[] {
  const notes: string[] = []
  for (const [index, one] of personas.entries()) {
    for (const other of personas.slice(index + 1)) {
      if (one.principal === undefined || other.principal === undefined || sameRoles(one.principal.roles, other.principal.roles)) continue
      const classes = (name: string): ReadonlyMap<string, string> =>
        new Map(
          cells.flatMap(({ operation, persona, relation, observed }) =>
            persona.name === name && relation !== 'foreign' && observed !== undefined ? [[operation.key, observed.class]] : [],
          ),
        )
      const theirs = classes(other.name)
      const shared = [...classes(one.name)].filter(([key]) => theirs.has(key))
      if (shared.length > 0 && shared.every(([key, seen]) => theirs.get(key) === seen))
        notes.push(`${one.name} and ${other.name} have different roles, and are answered alike everywhere; see whether the roles are as the configuration says`)
    }
  }
  return notes
}

function sameRoles(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify([...a].sort()) === JSON.stringify([...b].sort())
}

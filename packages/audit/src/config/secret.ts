import type { SecretSource } from './config.ts'
import { optional, record } from './record.ts'
import { complain, listOf, text, type Shape } from './shape.ts'

const parts = record({
  env: optional(text({ pattern: /^[A-Za-z_][A-Za-z0-9_]*$/, accepted: 'the name of a variable' }), 'The variable of the environment that has it'),
  file: optional(text({ accepted: 'a path' }), 'The file whose first line it is, from the folder of this file'),
  command: optional(listOf(text(), { accepted: 'a program and its arguments' }), 'The program that prints it; no shell reads this'),
})

const HINT = 'pass `{ env: NAME }`, `{ file: PATH }` or `{ command: [PROGRAM, ARGUMENT] }`; secrets are never written here'

/** Where a secret comes from. One that is written out is refused, and no message shows it. */
export const secret: Shape<SecretSource> = {
  schema: { ...parts.schema, minProperties: 1, maxProperties: 1 },
  read: (written, where) => {
    if (written.kind !== 'map') {
      return complain(written.at, where, { code: 'literal-secret', message: `\`${where.path}\` is written out`, hint: HINT })
    }
    const read = parts.read(written, where)
    if (read === undefined) return undefined
    const { env, file, command: [program, ...rest] = [] } = read
    if (written.members.size === 1) {
      if (env !== undefined) return { env }
      if (file !== undefined) return { file }
      if (program !== undefined) return { command: [program, ...rest] }
    }
    return complain(written.at, where, { code: 'wrong-secret', message: `\`${where.path}\` names ${written.members.size} sources`, hint: HINT })
  },
}

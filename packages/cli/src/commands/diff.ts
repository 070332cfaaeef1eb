import { buildMatrix, diffJson, diffMatrices, diffText, isEmpty, NOBODY, type Setup } from '@countersign/gateway'
import { withExamples, withJson, type AddCommand, type JsonOption } from '../context.ts'
import { EXIT } from '../failure.ts'

export const addDiff: AddCommand = (program, context) => {
  const command = withJson(program.command('diff').description('show how one configuration answers otherwise than another: only what differs'))
  command.argument('<before>', 'a configuration').argument('<after>', 'another one')
  withExamples(
    command,
    ['countersign diff main/countersign.yaml countersign.yaml', 'ends with 0 if both answer alike, with 1 if not'],
    ['countersign diff --json old.yaml new.yaml', 'the same for a program'],
  )
  command.action(
    context.action(async (before: string, after: string, { json }: JsonOption) => {
      const [old, now] = [await context.setup(before), await context.setup(after)]
      const personas = everybody(old, now)
      const found = diffMatrices(await buildMatrix(old.policy, old.config, { personas }), await buildMatrix(now.policy, now.config, { personas }))
      context.out(json === true ? diffJson(found, context.text) : diffText(found, context.text))
      return isEmpty(found) ? EXIT.ok : EXIT.found
    }),
  )
}

/** Who is in either; as the second describes them, so that both answer the same callers. */
function everybody(before: Setup, after: Setup): Setup['config']['personas'] {
  const both = { ...before.config.personas, ...after.config.personas }
  return Object.fromEntries(Object.entries(both).toSorted(([a], [b]) => Number(b === NOBODY) - Number(a === NOBODY)))
}

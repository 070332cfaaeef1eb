import { readFile, writeFile } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import { starterConfig } from '@countersign/gateway'
import { withExamples, type AddCommand } from '../context.ts'
import { CommandError, usage } from '../failure.ts'
import { readOutline } from '../outline.ts'

interface Options {
  readonly output: string
  readonly upstream?: string
  readonly force?: boolean
  readonly json?: boolean
}

const NEXT = `Next:
  countersign validate    is it complete?
  countersign matrix      who gets what?
  countersign serve       start the gateway`

export const addInit: AddCommand = (program, context) => {
  const command = program.command('init').description('write a commented countersign.yaml for an API from its OpenAPI document')
  command
    .argument('<openapi>', 'the document, YAML or JSON')
    .option('-o, --output <file>', 'where to write', 'countersign.yaml')
    .option('--upstream <url>', 'where the API runs, such as http://127.0.0.1:3000')
    .option('--force', 'overwrite a file that is there')
    .option('--json', 'print JSON')
  withExamples(command, [
    'countersign init openapi.yaml --upstream http://127.0.0.1:3000',
    'then look through countersign.yaml, and run `countersign validate`',
  ])
  command.action(
    context.action(async (openapi: string, { output, upstream, force, json }: Options) => {
      if (upstream !== undefined && !/^https?:\/\/[^/]/i.test(upstream)) throw usage(`\`${upstream}\` is no URL; pass one such as http://127.0.0.1:3000`)
      const document = context.path(openapi)
      const file = context.path(output)
      const { title, schemes } = readOutline(await readFile(document, 'utf8'), openapi)
      const openapiFile = relative(dirname(file), document)
      const text = starterConfig({ title, openapiFile, schemes, ...(upstream === undefined ? {} : { upstream }) })
      await write(file, text, { force: force === true, output })
      context.done(`Wrote ${output} for \`${title}\`. ${NEXT}`, json, { file, title })
    }),
  )
}

async function write(file: string, text: string, { force, output }: { readonly force: boolean; readonly output: string }): Promise<void> {
  try {
    // `wx` refuses what is there, without a moment between looking and writing.
    await writeFile(file, text, { flag: force ? 'w' : 'wx' })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new CommandError(`${output} is there already; pass --force to overwrite it, or --output for another name`, { cause: error })
    throw error
  }
}

import { join } from 'node:path'
import { rolldown } from 'rolldown'
import * as node from './both-platforms.ts'

/** The library on one platform. */
export type Library = typeof node

async function bundle(): Promise<{ readonly web: Library; readonly imports: readonly string[] }> {
  const build = await rolldown({
    input: join(import.meta.dirname, 'both-platforms.ts'),
    platform: 'browser',
    resolve: { conditionNames: ['source', 'import'] },
    logLevel: 'silent',
  })
  const { output } = await build.generate({ format: 'esm', codeSplitting: false })
  await build.close()
  const web = (await import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString('base64')}`)) as Library
  return { web, imports: output[0].imports }
}

/** The library as a bundler makes it for a runtime that is not Node, and what it still imports. */
export const { web, imports } = await bundle()

export const BOTH: readonly Library[] = [node, web]

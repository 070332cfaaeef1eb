import { matrixAsJson, wrongCells, type Cell } from './matrix.ts'
import { readMode } from './settings.ts'
import { StartError } from './start-error.ts'
import { matrixReport, painter } from './table.ts'

/** An example while its servers run. */
export interface Running {
  close(): Promise<void>
}

/** What is particular about one example. */
export interface Example<R extends Running, P extends string> {
  /** In front of what goes wrong. */
  readonly name: string
  readonly usage: string
  /** Starts the servers. Throws or rejects with a `StartError` if that cannot be. */
  start(environment: NodeJS.ProcessEnv): Promise<R>
  /** Asks every question of the matrix. */
  observe(running: R): Promise<readonly Cell<P>[]>
  /** One line above the matrix. */
  heading(running: R): string
  /** What to try next, while the servers run. */
  invitation(running: R, cells: readonly Cell<P>[]): string
}

/** Runs an example: starts the servers, asks every question of the matrix, prints the answers, and goes on serving. */
export async function runExample<R extends Running, P extends string>(example: Example<R, P>, args: readonly string[]): Promise<void> {
  // Whoever reads the output may stop reading, such as `head`.
  process.stdout.on('error', () => process.exit())
  try {
    const mode = readMode(args)
    if (mode === 'help') console.log(example.usage)
    else await serve(example, mode)
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    console.error(`${example.name}: ${error.message}`)
    process.exitCode = error.exitCode
  }
}

async function serve<R extends Running, P extends string>(example: Example<R, P>, mode: 'serve' | 'check' | 'json'): Promise<void> {
  const running = await example.start(process.env)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void running.close().then(() => process.exit()))
  try {
    const cells = await example.observe(running)
    if (wrongCells(cells).length > 0) process.exitCode = 1
    const table = (): string => `${example.heading(running)}\n\n${matrixReport(cells, painter(process.stdout, process.env))}`
    console.log(mode === 'json' ? matrixAsJson(cells) : table())
    if (mode === 'serve') return console.log(`\n${example.invitation(running, cells)}`)
  } catch (error) {
    console.error(`${example.name}: the matrix could not be completed:`, error)
    process.exitCode = 1
  }
  await running.close()
}

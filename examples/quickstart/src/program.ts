import { matrixAsJson, observe, wrongCells } from './matrix.ts'
import { obtainCredentials } from './personas.ts'
import { invitation, report } from './report.ts'
import { readSettings, USAGE, type Settings } from './settings.ts'
import { StartError } from './start-error.ts'
import { start } from './start.ts'
import { painter } from './table.ts'

/** Runs the program: starts the servers, asks every question of the matrix, prints the answers, and goes on serving. */
export async function run(args: readonly string[]): Promise<void> {
  // Whoever reads the output may stop reading, such as `head`.
  process.stdout.on('error', () => process.exit())
  try {
    const settings = readSettings(args, process.env)
    if (settings.mode === 'help') console.log(USAGE)
    else await serve(settings)
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    console.error(`quickstart: ${error.message}`)
    process.exitCode = error.exitCode
  }
}

async function serve(settings: Settings): Promise<void> {
  const running = await start(settings)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void running.close().then(() => process.exit()))
  try {
    const cells = await observe(running.api, await obtainCredentials(running.issuer))
    if (wrongCells(cells).length > 0) process.exitCode = 1
    console.log(settings.mode === 'json' ? matrixAsJson(cells) : report(cells, running, painter(process.stdout, process.env)))
    if (settings.mode === 'serve') return console.log(invitation(cells, running))
  } catch (error) {
    console.error('quickstart: the matrix could not be completed:', error)
    process.exitCode = 1
  }
  await running.close()
}

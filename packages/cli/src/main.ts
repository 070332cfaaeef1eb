import { run } from './run.ts'

/** Whoever reads our output may stop, as `head` does; then there is nothing left to say. */
function endQuietly(error: Error & { readonly code?: string }): void {
  if (error.code !== 'EPIPE') throw error
  process.exit()
}

process.stdout.on('error', endQuietly)
process.stderr.on('error', endQuietly)

const { stdout, stderr, stdin, env } = process
process.exitCode = await run(process.argv.slice(2), {
  stdout,
  stderr,
  stdin,
  env,
  cwd: process.cwd(),
  signals: process,
  exit: (code) => process.exit(code),
})

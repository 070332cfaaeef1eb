import { CommanderError } from 'commander'
import { Context } from './context.ts'
import { EXIT, tellFailure } from './failure.ts'
import type { Io } from './io.ts'
import { createProgram } from './program.ts'

/** Runs one command line, without the name of the program, and gives the exit code. Never throws. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const context = new Context(io)
  const program = createProgram(context)
  try {
    await program.parseAsync(argv, { from: 'user' })
    return context.code
  } catch (error) {
    // Help and version were asked for; everything else that commander throws is about the command line, and it was told.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    return tellFailure(error, io)
  }
}

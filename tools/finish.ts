// One way for every check to end: each problem on a line of its own, then one line that says how much was
// looked at. A check that looked at nothing has failed, whatever it found.
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Finding {
  readonly problems: readonly string[]
  /** What was looked at, for the closing line; every count must be above zero. */
  readonly looked: Readonly<Record<string, number>>
}

/** The problems of a finding, with one more for everything that was not looked at. */
export function problemsOf({ problems, looked }: Finding): string[] {
  const empty = Object.entries(looked).filter(([, count]) => count === 0)
  return [...problems, ...empty.map(([what]) => `found no ${what}; a check that looks at nothing proves nothing`)]
}

/** Prints the finding and sets the exit code. */
export function finish(name: string, finding: Finding): void {
  const problems = problemsOf(finding)
  for (const problem of problems) console.error(problem)
  const looked = Object.entries(finding.looked).map(([what, count]) => `${count} ${what}`)
  console.log(`${name}: ${problems.length === 0 ? 'ok' : `${problems.length} problem(s)`} in ${looked.join(', ')}`)
  if (problems.length > 0) process.exitCode = 1
}

/** Whether a module is the program that was started, not an import of a test. */
export function isMain(url: string): boolean {
  const started = process.argv[1]
  return started !== undefined && realpathSync(started) === realpathSync(fileURLToPath(url))
}

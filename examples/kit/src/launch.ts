// What an old Node reads: nothing here is newer than Node 12, and the program is loaded behind the check.

/** Loads a program and runs it, if this Node is new enough; otherwise says so and sets the exit code. */
export function launch(name: string, load: () => Promise<{ run(args: readonly string[]): Promise<void> }>): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(name + ': this is Node ' + process.versions.node + '; install Node 20.19 or newer')
    process.exitCode = 1
    return
  }
  load()
    .then((program) => program.run(process.argv.slice(2)))
    .catch((error) => {
      console.error(error)
      process.exitCode = 1
    })
}

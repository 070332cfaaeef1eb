// The one file that an old Node reads: nothing here is newer than Node 12, and the rest is loaded behind the check.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 20 || (major === 20 && minor < 19)) {
  console.error('quickstart: this is Node ' + process.versions.node + '; install Node 20.19 or newer')
  process.exitCode = 1
} else {
  import('./program.ts')
    .then((program) => program.run(process.argv.slice(2)))
    .catch((error) => {
      console.error(error)
      process.exitCode = 1
    })
}

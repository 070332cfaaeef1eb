// Runs before everything else: without it an old Node answers with an error somewhere in a dependency. Written
// so that every Node that knows modules can read it.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old; countersign needs Node 20.19 or newer`)
  process.exit(1)
}

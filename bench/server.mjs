// One server in a process of its own. The parent sends `{ name, config }`, then `measure` before and after each window.
import { SERVERS } from './servers.mjs'

async function start({ name, config }) {
  process.send({ port: await SERVERS[name].start(config) })
}

process.on('message', (message) => {
  if (message !== 'measure') return void start(message)
  const { user, system } = process.cpuUsage()
  process.send({ cpu: user + system, rss: process.memoryUsage.rss() })
})
process.on('disconnect', () => process.exit())

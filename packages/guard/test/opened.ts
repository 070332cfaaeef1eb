import { afterEach } from 'vitest'
import type { Served } from '../../../conformance/application.ts'

/** Takes the servers of a file's tests, and closes each behind the test that opened it. */
export function closingServers(): (server: Served) => void {
  const opened: Served[] = []
  afterEach(async () => {
    for (const server of opened.splice(0)) await server.close()
  })
  return (server) => void opened.push(server)
}

import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { answers, freePort, sendJson, startProgram, type Place, type RealServer } from './server.ts'

const SCHEMA = '/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql'

/** PowerDNS of Debian with one zone: one API key may do everything, and its description is Swagger 2.0 of its own. */
export async function startPowerDns({ folder }: Place): Promise<RealServer> {
  const [port, dns, key] = [await freePort(), await freePort(), randomBytes(24).toString('hex')]
  const database = join(folder, 'zones.sqlite3')
  const made = spawnSync('sqlite3', [database, `.read ${SCHEMA}`], { encoding: 'utf8' })
  if (made.status !== 0)
    throw new Error(`sqlite3 could not make the zones (${made.stderr ?? made.error?.message}); it and pdns-backend-sqlite3 are Debian packages`)
  await mkdir(join(folder, 'sockets'))
  await writeFile(join(folder, 'pdns.conf'), configuration({ port, dns, key, database, sockets: join(folder, 'sockets') }))
  const program = startProgram({ command: 'pdns_server', args: [`--config-dir=${folder}`], folder })
  const url = `http://127.0.0.1:${port}`
  const headers = { 'x-api-key': key }
  await answers(url, program.child, 20)
  const zone = { name: 'example.org.', kind: 'Native', nameservers: ['ns.example.org.'] }
  await sendJson(`${url}/api/v1/servers/localhost/zones`, { body: zone, headers })
  const document = await fetch(`${url}/api/docs`, { headers: { ...headers, accept: 'application/json' } })
  await writeFile(join(folder, 'swagger.json'), await document.text())
  return { yaml: YAML(url), secrets: { PDNS_KEY: key }, end: () => program.end() }
}

const YAML = (url: string): string => `
version: 1
target: ${url}
openapi: ./swagger.json
personas:
  operator:
    apiKey: { name: X-API-Key, key: { env: PDNS_KEY } }
    subject: operator
    caretaker: true
resources:
  - item: /api/v1/servers/{server_id}
    shared: true
    objects: { operator: [{ server_id: localhost }] }
  - item: /api/v1/servers/{server_id}/zones/{zone_id}
    shared: true
    objects: { operator: [{ server_id: localhost, zone_id: example.org. }] }
`

function configuration({
  port,
  dns,
  key,
  database,
  sockets,
}: {
  readonly port: number
  readonly dns: number
  readonly key: string
  readonly database: string
  readonly sockets: string
}): string {
  const settings = {
    launch: 'gsqlite3',
    'gsqlite3-database': database,
    'local-address': '127.0.0.1',
    'local-port': dns,
    webserver: 'yes',
    'webserver-address': '127.0.0.1',
    'webserver-port': port,
    'webserver-allow-from': '127.0.0.1',
    api: 'yes',
    'api-key': key,
    'socket-dir': sockets,
    'security-poll-suffix': '',
    setuid: '',
    setgid: '',
    daemon: 'no',
    guardian: 'no',
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { answers, freePort, sendJson, startProgram, type Place, type Program, type RealServer } from './server.ts'

/** Unleash on a PostgreSQL of its own: three users with the roles of the product, and its own description. */
export async function startUnleash({ folder, packages }: Place): Promise<RealServer> {
  const database = await startPostgres(join(folder, 'postgres'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const secrets = { ADMIN_PASSWORD: password(), EDITOR_PASSWORD: password(), VIEWER_PASSWORD: password() }
  await writeFile(join(folder, 'start.cjs'), START)
  const program = startProgram({
    command: process.execPath,
    args: [join(folder, 'start.cjs')],
    folder,
    env: { UNLEASH: join(packages, 'node_modules', 'unleash-server'), SOCKETS: database.sockets, PORT: String(port), ADMIN_PASSWORD: secrets.ADMIN_PASSWORD },
  })
  const end = async (): Promise<void> => {
    await program.end()
    await database.end()
  }
  try {
    await answers(`${url}/health`, program.child, 180)
    await addUsers(url, secrets)
    await writeFile(join(folder, 'openapi.json'), await (await fetch(`${url}/docs/openapi.json`)).text())
  } catch (error) {
    await end()
    throw error
  }
  return { yaml: YAML(url), secrets, end }
}

function password(): string {
  return `Aa1!${randomBytes(12).toString('hex')}`
}

const START = `const unleash = require(process.env.UNLEASH)
unleash.start({
  db: { host: process.env.SOCKETS, user: 'unleash', database: 'postgres', password: 'none', ssl: false },
  server: { port: Number(process.env.PORT), host: '127.0.0.1' },
  logLevel: 'error',
  versionCheck: { enable: false },
  telemetry: false,
  rateLimiting: { simpleLoginMaxPerMinute: 1000 },
  authentication: { type: 'open-source', createAdminUser: true, initialAdminUser: { username: 'admin', password: process.env.ADMIN_PASSWORD } },
})
`

const login = (user: string): string => `login: { path: /auth/simple/login, body: { username: ${user}, password: { env: ${user.toUpperCase()}_PASSWORD } } }`

const YAML = (url: string): string => `
version: 1
target: ${url}
openapi: ./openapi.json
profile: session-app
personas:
  admin: { subject: admin, roles: [admin], caretaker: true, ${login('admin')} }
  editor: { subject: editor, roles: [editor], ${login('editor')} }
  viewer: { subject: viewer, roles: [viewer], ${login('viewer')} }
public: [GET /health, 'GET /invite/*', 'POST /invite/*', 'GET /auth/*', 'POST /auth/*', 'POST /edge/validate']
resources:
  - { item: '/api/admin/projects/{projectId}', shared: true, objects: { admin: [{ projectId: default }] } }
`

async function addUsers(url: string, secrets: Readonly<Record<string, string>>): Promise<void> {
  const admin = await sendJson(`${url}/auth/simple/login`, { body: { username: 'admin', password: secrets['ADMIN_PASSWORD'] } })
  const cookie = admin.headers
    .getSetCookie()
    .map((one) => one.split(';', 1)[0])
    .join('; ')
  // The ids of the roles that every new Unleash has: 2 is the editor's, 3 the viewer's.
  for (const [username, rootRole] of [
    ['editor', 2],
    ['viewer', 3],
  ] as const)
    await sendJson(`${url}/api/admin/user-admin`, {
      headers: { cookie },
      body: { username, rootRole, password: secrets[`${username.toUpperCase()}_PASSWORD`], sendEmail: false },
    })
}

interface Database {
  readonly sockets: string
  end(): Promise<void>
}

/** A PostgreSQL that listens on a socket in a folder and nowhere else. It refuses to run as root. */
async function startPostgres(folder: string): Promise<Database> {
  const [programs, user] = [await programsOfPostgres(), ownerOfPostgres()]
  const [data, sockets] = [join(folder, 'data'), join(folder, 'sockets')]
  await mkdir(sockets, { recursive: true })
  if (user !== undefined) for (const one of [folder, sockets]) await chown(one, user.uid, user.gid)
  // What is above must be passable for another user.
  await chmod(join(folder, '..'), 0o755)
  const as: Pick<Program, 'user'> = user === undefined ? {} : { user }
  const made = spawnSync(join(programs, 'initdb'), ['-D', data, '-U', 'unleash', '--auth=trust'], { cwd: folder, encoding: 'utf8', ...user })
  if (made.status !== 0) throw new Error(`initdb ended with ${made.status}: ${made.stderr}`)
  const settings = ['listen_addresses=', 'fsync=off', `unix_socket_directories=${sockets}`]
  const program = startProgram({ command: join(programs, 'postgres'), args: ['-D', data, ...settings.flatMap((one) => ['-c', one])], folder, ...as })
  for (const until = Date.now() + 30_000; !existsSync(join(sockets, '.s.PGSQL.5432'));) {
    if (Date.now() > until || program.child.exitCode !== null) throw new Error(`PostgreSQL did not start; see ${folder}/output.log`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return { sockets, end: () => program.end() }
}

/** Debian keeps the programs of each version in a folder of its own. */
async function programsOfPostgres(): Promise<string> {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? await readdir(root) : []
  const [newest] = versions.map(Number).toSorted((a, b) => b - a)
  if (newest === undefined) throw new Error('there is no PostgreSQL; it is the Debian package `postgresql`')
  return join(root, String(newest), 'bin')
}

function ownerOfPostgres(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout)
  return { uid: id('-u'), gid: id('-g') }
}

import { createHash, randomBytes } from 'node:crypto'
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { answers, freePort, sendJson, startProgram, type Place, type RealServer } from './server.ts'

/** Verdaccio with a scope that only one user may see; it has no description, so ours says what its documentation promises. */
export async function startVerdaccio({ folder, packages }: Place): Promise<RealServer> {
  const port = await freePort()
  await writeFile(join(folder, 'config.yaml'), CONFIGURATION)
  await cp(join(import.meta.dirname, '..', 'verdaccio.openapi.yaml'), join(folder, 'openapi.yaml'))
  const program = startProgram({
    command: process.execPath,
    args: [join(packages, 'node_modules', 'verdaccio', 'bin', 'verdaccio'), '--config', 'config.yaml', '--listen', `127.0.0.1:${port}`],
    folder,
  })
  const url = `http://127.0.0.1:${port}`
  await answers(`${url}/-/ping`, program.child, 60)
  const [owner, other] = [await addUser(url, 'owner'), await addUser(url, 'other')]
  await publish(url, '@team/secret', owner)
  await publish(url, 'open-package', owner)
  return { yaml: YAML(url), secrets: { OWNER_PASSWORD: owner, OTHER_PASSWORD: other }, end: () => program.end() }
}

const CONFIGURATION = `storage: ./storage
auth: { htpasswd: { file: ./htpasswd, max_users: 10 } }
uplinks: {}
packages:
  '@team/*': { access: owner, publish: owner, unpublish: owner }
  '**': { access: $all, publish: $authenticated, unpublish: $authenticated }
log: { type: stdout, format: json, level: error }
`

const YAML = (url: string): string => `
version: 1
target: ${url}
openapi: ./openapi.yaml
profile: container-registry
personas:
  owner: { subject: owner, roles: [team], caretaker: true, basic: { user: owner, password: { env: OWNER_PASSWORD } } }
  other: { subject: other, basic: { user: other, password: { env: OTHER_PASSWORD } } }
resources:
  - { item: '/{package}', shared: true, objects: { owner: [{ package: open-package }] } }
  - { item: '/@team/{package}', readers: [team], objects: { owner: [{ package: secret }] } }
`

async function addUser(url: string, name: string): Promise<string> {
  const password = randomBytes(12).toString('hex')
  await sendJson(`${url}/-/user/org.couchdb.user:${name}`, { method: 'PUT', body: { name, password } })
  return password
}

async function publish(url: string, name: string, password: string): Promise<void> {
  const version = '1.0.0'
  const data = Buffer.from('nothing')
  const shasum = createHash('sha1').update(data).digest('hex')
  const file = `${name}-${version}.tgz`
  const body = {
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { name, version, dist: { tarball: `${url}/${name}/-/${file}`, shasum } } },
    _attachments: { [file]: { content_type: 'application/octet-stream', data: data.toString('base64'), length: data.length } },
  }
  const headers = { authorization: `Basic ${Buffer.from(`owner:${password}`).toString('base64')}` }
  await sendJson(`${url}/${name.replace('/', '%2f')}`, { method: 'PUT', body, headers })
}

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, type Gateway } from '@countersign/gateway'
import { startService, type Respond, type Service } from './service.ts'

/** A gateway over files of its own, in front of a service that tells what came to it. */
export interface Running {
  readonly gateway: Gateway
  readonly port: number
  /** Names (lower case) and values of the last request that came to the service. */
  readonly arrived: Service['arrived']
  readonly target: Service['target']
  /** The content of that request. */
  readonly content: Service['content']
  /** What was logged. */
  readonly logged: () => string
  close(): Promise<void>
}

export interface Setting {
  /** Lines of `countersign.yaml`. */
  readonly sections: string
  /** Those of its only API. */
  readonly routes: readonly string[]
  readonly hosts?: string
  /** Members of `upstream` beside its address. */
  readonly upstream?: string
  /** Its OpenAPI document. */
  readonly document?: string
  /** Field lines of the service. */
  readonly respond?: Respond
  /** Makes files in the folder of the configuration, before it is read. */
  readonly prepare?: (folder: string) => Promise<void> | void
}

export async function run({ sections, routes, hosts = '[]', upstream, document, respond, prepare = () => undefined }: Setting): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-schemes-'))
  let log = ''
  const service = await startService(respond)
  const close = async (gateway?: Gateway): Promise<void> => {
    await gateway?.close()
    await service.close()
    await rm(folder, { recursive: true })
  }
  try {
    await prepare(folder)
    if (document !== undefined) await writeFile(join(folder, 'openapi.yaml'), document)
    const openapi = document === undefined ? '' : '    openapi: ./openapi.yaml\n'
    const api = `apis:\n  - name: orders\n    upstream: { url: 'http://127.0.0.1:${service.port}'${upstream === undefined ? '' : `, ${upstream}`} }\n    hosts: ${hosts}\n${openapi}    routes:\n${routes.map((line) => `      - ${line}\n`).join('')}`
    const text = `version: 1\nrealm: orders\nadmin: { port: 0 }\nstore: { path: ./store/countersign.db }\n${sections}\n${api}`
    await writeFile(join(folder, 'countersign.yaml'), text)
    const gateway = await startGateway({
      file: join(folder, 'countersign.yaml'),
      port: 0,
      log: { write: (line) => ((log += line), true) },
      watch: false,
      environment: {},
    })
    const { arrived, target, content } = service
    return { gateway, port: gateway.address?.port ?? 0, arrived, target, content, logged: () => log, close: () => close(gateway) }
  } catch (error) {
    await close()
    throw error
  }
}

interface Certified {
  readonly name: string
  readonly subject: string
  /** Such as `DNS:shop.example`. */
  readonly altNames?: readonly string[]
  readonly by?: string
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']

/** Makes `NAME.pem` and `NAME.key` in a folder, signed by `by` of the same folder or by itself. */
export function certify(folder: string, { name, subject, altNames = [], by }: Certified): void {
  const file = (end: string): string => join(folder, `${name}.${end}`)
  const issuer = by === undefined ? [] : ['-CA', join(folder, `${by}.pem`), '-CAkey', join(folder, `${by}.key`)]
  // A name with a comma in it can stand in a section of its own only.
  const lines = altNames.map((altName, index) => altName.replace(':', `.${index} = `))
  const more = altNames.length === 0 ? 'basicConstraints = CA:true' : `subjectAltName = @names\n[names]\n${lines.join('\n')}`
  writeFileSync(file('cnf'), `[req]\ndistinguished_name = dn\n[dn]\n[more]\n${more}\n`)
  const own = ['-keyout', file('key'), '-out', file('pem'), '-subj', subject, '-config', file('cnf'), '-extensions', 'more']
  execFileSync('openssl', ['req', '-x509', ...KEY, ...own, ...issuer], { stdio: 'ignore' })
}

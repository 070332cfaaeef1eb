import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { printProxyConfig, startGateway, type Config, type Gateway, type PrintName } from '@countersign/gateway'
import type { Certificates, Identity } from '../../../guard/test/certificates.ts'
import { startApplication, type Application } from './application.ts'
import { freePort, PROGRAMS, startProgram } from './programs.ts'

/** As many roles as an answer with all of its fields has room for. */
export const ROLES = Array.from({ length: 160 }, (_, index) => `role-number-${index}`)
/** As many scopes as make a challenge and content of more than a kilobyte each. */
export const SCOPES = Array.from({ length: 60 }, (_, index) => `scope:number-${index}`)

const SILENT = { write: () => true }

/** The gateway's ports: its own, and that for proxies. */
export type Ports = readonly [front: number, decisions: number]

/** `more` is said about `forwardAuth`, and `tls` about its port. */
export const configOf = (upstream: number, [front, decisions]: Ports, { more = '', tls = '' } = {}): string => `version: 1
realm: orders
listen: { address: 127.0.0.1, port: ${front} }
admin: { address: 127.0.0.1, port: 0 }
store: { path: ./store/countersign.db }
schemes:
  bearer:
    issuers: [{ issuer: 'http://127.0.0.1:1', audience: orders }]
    tokens:
      readertoken: { subject: reader }
      admintoken: { subject: boss, roles: [admin] }
      manytoken: { subject: many, roles: [admin, ${ROLES.join(', ')}] }
  apiKey: { header: X-Api-Key }
  basic: {}
abuse: { guessing: { failures: 3, block: 17s, longest: 60s } }
cors: { origins: ['https://app.example'] }
network: { trustedProxies: [127.0.0.1] }
forwardAuth: { listen: { address: 127.0.0.1, port: ${decisions}${tls} }, proxies: [nginx, nginx-accel, caddy, haproxy, traefik, envoy, apisix], peers: [127.0.0.1]${more} }
apis:
  - name: orders
    upstream: http://127.0.0.1:${upstream}
    routes:
      - { methods: [GET, HEAD], path: /orders }
      - { methods: POST, path: /orders, scopes: ['orders:write'] }
      - { methods: PUT, path: /orders, roles: [admin] }
      - { methods: GET, path: /admin, roles: [admin] }
      - { methods: GET, path: /echo }
      - { methods: GET, path: /ledgers, scopes: ['ledgers:read'] }
      - { methods: GET, path: /scopes, scopes: [${SCOPES.join(', ')}] }
      - { methods: POST, path: /letters }
      - { methods: GET, path: /pub/a, anyone: true }
      - { path: /pub/**, anyone: true }
`

/** A gateway, an application behind it, and what came to that. */
export interface Site {
  readonly gateway: Gateway
  readonly seen: Application['seen']
  readonly folder: string
  /** The port of the application. */
  readonly application: number
  end(): Promise<void>
}

/** With a secret, proxies have to send it; with certificates, they have to show one of the authority. */
export async function startSite({ secret, certificates }: Pick<BehindOptions, 'secret' | 'certificates'> = {}): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-proxies-'))
  const application = await startApplication()
  if (secret !== undefined) await writeFile(join(folder, 'proxy-secret'), secret, { mode: 0o600 })
  if (certificates !== undefined) await writeCertificates(folder, certificates)
  const text = configOf(application.port, [await freePort(), await freePort()], {
    ...(secret === undefined ? {} : { more: ', secretFile: ./proxy-secret' }),
    ...(certificates === undefined ? {} : { tls: ', tls: { certificate: ./server.pem, key: ./server.key, clientCertificates: { ca: ./proxies.pem } }' }),
  })
  await writeFile(join(folder, 'countersign.yaml'), text)
  const gateway = await startGateway({ file: join(folder, 'countersign.yaml'), log: SILENT, watch: false, environment: {} })
  let open = true
  const close = async (): Promise<void> => {
    if (open) await gateway.close()
    open = false
  }
  return {
    gateway: { ...gateway, ...addressesOf(gateway), config: gateway.config, close },
    seen: application.seen,
    folder,
    application: application.port,
    async end() {
      await close()
      await application.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function writeCertificates(folder: string, { made, shows, vouches }: ShownCertificates): Promise<void> {
  const files = {
    'server.pem': made.server.cert,
    'server.key': made.server.key,
    'proxies.pem': made.authority.cert,
    'countersign-ca.pem': vouches.cert,
    // HAProxy wants both in one file.
    'countersign-proxy.pem': shows.cert + shows.key,
    'countersign-proxy.key': shows.key,
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 })
}

function addressesOf({ address, forwardAddress, store }: Gateway): Pick<Gateway, 'address' | 'forwardAddress' | 'store'> {
  return { store, ...(address === undefined ? {} : { address }), ...(forwardAddress === undefined ? {} : { forwardAddress }) }
}

export interface Behind {
  readonly site: Site
  /** Of the proxy. */
  readonly port: number
  end(): Promise<void>
}

/** What a proxy is told: what is printed for it, and the script of HAProxy. */
export interface Told {
  readonly printed: string
  readonly extra: string
}

export interface BehindOptions {
  /** What becomes of what is printed. */
  readonly change?: (told: Told, site: Site, port: number) => Told
  /** What the gateway wants to be sent. */
  readonly secret?: string
  /** What the proxy sends instead. */
  readonly sends?: string
  readonly certificates?: ShownCertificates
}

/** What the gateway and the proxy show each other. */
export interface ShownCertificates {
  readonly made: Certificates
  /** What the proxy shows. */
  readonly shows: Identity
  /** Whose word the proxy takes for the gateway. */
  readonly vouches: Identity
}

/** Starts a real proxy before the gateway, with nothing but what `print-config` prints, or with what `change` makes of that. */
export async function startBehind(
  name: PrintName,
  program: keyof typeof PROGRAMS,
  { change = (told) => told, secret, sends = secret, certificates }: BehindOptions = {},
): Promise<Behind> {
  const site = await startSite({ ...(secret === undefined ? {} : { secret }), ...(certificates === undefined ? {} : { certificates }) })
  const port = await freePort()
  try {
    const { printed, extra } = change(tellOf(name, site.gateway.config(), port), site, port)
    if (sends !== undefined) await writeFile(join(site.folder, 'countersign-secret.conf'), `proxy_set_header X-Countersign-Secret "${sends}";\n`)
    const environment = { COUNTERSIGN_FILES: site.folder, ...(sends === undefined ? {} : { COUNTERSIGN_SECRET: sends }) }
    const started = await startProgram(PROGRAMS[program], { folder: site.folder, printed, extra, port, environment })
    return {
      site,
      port,
      async end() {
        await started.end()
        await site.end()
      },
    }
  } catch (error) {
    await site.end()
    throw error
  }
}

/** What is printed for a proxy that takes callers at a port. */
export function tellOf(name: PrintName, config: Config, port: number): Told {
  return { printed: printProxyConfig(name, config, { listen: `127.0.0.1:${port}` }), extra: printProxyConfig('haproxy-lua', config) }
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { printProxyConfig, startGateway, type Gateway, type PrintName } from '@countersign/gateway'
import { listen } from '../../../../conformance/application.ts'
import { freePort, PROGRAMS, startProgram } from './programs.ts'

const SILENT = { write: () => true }

const config = (upstream: number, ports: readonly number[]): string => `version: 1
realm: orders
listen: { address: 127.0.0.1, port: ${ports[0]} }
admin: { address: 127.0.0.1, port: 0 }
store: { path: ./store/countersign.db }
schemes:
  bearer:
    issuers: [{ issuer: 'http://127.0.0.1:1', audience: orders }]
    tokens:
      readertoken: { subject: reader }
      admintoken: { subject: boss, roles: [admin] }
  apiKey: { header: X-Api-Key }
  basic: {}
abuse: { guessing: { failures: 3, block: 17s, longest: 60s } }
cors: { origins: ['https://app.example'] }
network: { trustedProxies: [127.0.0.1] }
forwardAuth: { listen: '127.0.0.1:${ports[1]}', proxies: [nginx, nginx-accel, caddy, haproxy, traefik, envoy, apisix], peers: [127.0.0.1] }
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
      - { methods: POST, path: /letters }
      - { methods: GET, path: /pub/a, anyone: true }
      - { path: /pub/**, anyone: true }
`

/** A gateway, an application behind it, and what came to that. */
export interface Site {
  readonly gateway: Gateway
  readonly seen: { readonly method: string; readonly url: string; readonly raw: readonly string[]; readonly body: string }[]
  readonly folder: string
  /** The port of the application. */
  readonly application: number
  end(): Promise<void>
}

export async function startSite(): Promise<Site> {
  const seen: Site['seen'] = []
  const folder = await mkdtemp(join(tmpdir(), 'countersign-proxies-'))
  const application = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')))
    request.on('end', () => {
      seen.push({ method: request.method ?? '', url: request.url ?? '', raw: request.rawHeaders, body })
      const text = request.url === '/pub/echo' || request.url === '/echo' ? JSON.stringify(request.rawHeaders) : 'application'
      response.setHeader('X-From', 'application').end(text)
    })
  })
  application.on('upgrade', (request, socket) => {
    seen.push({ method: 'UPGRADE', url: request.url ?? '', raw: request.rawHeaders, body: '' })
    socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n')
  })
  const served = await listen(application)
  await writeFile(join(folder, 'countersign.yaml'), config(served.port, [await freePort(), await freePort()]))
  const gateway = await startGateway({ file: join(folder, 'countersign.yaml'), log: SILENT, watch: false, environment: {} })
  let open = true
  const close = async (): Promise<void> => {
    if (open) await gateway.close()
    open = false
  }
  return {
    gateway: { ...gateway, ...addressesOf(gateway), config: gateway.config, close },
    seen,
    folder,
    application: served.port,
    async end() {
      await close()
      await served.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
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

/** Starts a real proxy before the gateway, with nothing but what `print-config` prints, or with what `change` makes of that. */
export async function startBehind(
  name: PrintName,
  program: keyof typeof PROGRAMS,
  change: (told: Told, site: Site, port: number) => Told = (told) => told,
): Promise<Behind> {
  const site = await startSite()
  const port = await freePort()
  try {
    const config = site.gateway.config()
    const own: Told = { printed: printProxyConfig(name, config, { listen: `127.0.0.1:${port}` }), extra: printProxyConfig('haproxy-lua', config) }
    const { printed, extra } = change(own, site, port)
    const started = await startProgram(PROGRAMS[program], { folder: site.folder, printed, extra, port })
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

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, type Gateway } from '@countersign/gateway'
import type { Served } from '../application.ts'
import { startKeyServer, type KeyServer } from '../fixtures/key-server.ts'
import type { World } from '../fixtures/world.ts'
import type { Handles } from '../situations.ts'
import { makeCertificate, type Certificate } from './certificate.ts'
import type { GatewaySetup } from './setup.ts'
import { startBehind, startUpstream, type Upstream } from './upstream.ts'

/** A gateway that is running in front of a service. */
export interface Running {
  readonly handles: Handles
  readonly port: number
  /** What callers have to trust, in PEM. */
  readonly ca: string | undefined
  close(): Promise<void>
}

/** A port on which nobody listens: RFC 6335 section 6 assigns it to a service of the past. */
const NOBODY = 1
const SILENT = { write: () => true }

/** Writes the files of a setup into a folder of their own and starts a real gateway with them. */
export async function startSetup(setup: GatewaySetup, world: World, onRun: () => void): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-conformance-'))
  const upstream = await upstreamOf(setup, onRun)
  const keys = setup.keys === undefined ? undefined : await keyServerOf(setup.keys, world)
  const beside = await setup.beside?.()
  const close = async (gateway?: Gateway): Promise<void> => {
    await gateway?.close()
    await Promise.all([upstream?.close(), keys?.close(), beside?.close(), rm(folder, { recursive: true, force: true })])
  }
  let gateway: Gateway | undefined
  try {
    const certificate = setup.tls === undefined ? undefined : makeCertificate(folder)
    await writeFiles(setup, { folder, world, keys, beside, upstream, certificate })
    const started = await startGateway({ file: join(folder, 'countersign.yaml'), doors: 'front', log: SILENT, watch: false, environment: {} })
    gateway = started
    const { port = 0 } = (setup.asked === undefined ? started.address : started.forwardAddress) ?? {}
    return { handles: await handlesOf(started, { setup, upstream, keys }), port, ca: certificate?.pem, close: () => close(started) }
  } catch (error) {
    await close(gateway)
    throw error
  }
}

function upstreamOf({ behind }: GatewaySetup, onRun: () => void): Promise<Upstream> | undefined {
  if (behind === 'nothing') return undefined
  return behind === undefined ? startUpstream(onRun) : startBehind(behind)
}

async function keyServerOf({ trouble = 'none', where = 'both', stopped = false }: NonNullable<GatewaySetup['keys']>, world: World): Promise<KeyServer> {
  const keys = await startKeyServer([world.rsa.jwk, world.ec.jwk])
  keys.break(trouble, where)
  if (stopped) await keys.stop()
  return keys
}

async function handlesOf(
  gateway: Gateway,
  { setup, upstream, keys }: { readonly setup: GatewaySetup; readonly upstream: Upstream | undefined; readonly keys: KeyServer | undefined },
): Promise<Handles> {
  return {
    advance: () => {
      throw new Error('a gateway has no clock that could be set')
    },
    ...(upstream === undefined ? {} : { arrived: (target: string) => upstream.arrived(target) }),
    ...(keys === undefined ? {} : { keys }),
    ...(await setup.fill?.(gateway)),
  }
}

interface Files {
  readonly folder: string
  readonly world: World
  readonly keys: KeyServer | undefined
  readonly beside: Served | undefined
  readonly upstream: Upstream | undefined
  readonly certificate: Certificate | undefined
}

async function writeFiles({ sections, api = [], upstream: members, openapi, files: writeMore }: GatewaySetup, files: Files): Promise<void> {
  const { folder, world, keys, beside, upstream, certificate } = files
  const tls = certificate === undefined ? '' : `, tls: { certificate: ${certificate.files.certificate}, key: ${certificate.files.key} }`
  const lines = [
    'version: 1',
    'realm: orders',
    `listen: { address: 127.0.0.1, port: 0${tls} }`,
    'admin: { address: 127.0.0.1, port: 0 }',
    'store: { path: ./store/countersign.db }',
    sections({ world, keys, beside }),
    'apis:',
    '  - name: orders',
    `    upstream: { url: 'http://127.0.0.1:${upstream?.port ?? NOBODY}'${members === undefined ? '' : `, ${members}`} }`,
    ...(openapi === undefined ? [] : ['    openapi: ./openapi.yaml']),
    ...api.map((line) => `    ${line}`),
  ]
  await writeFile(join(folder, 'countersign.yaml'), `${lines.join('\n')}\n`)
  if (openapi !== undefined) await writeFile(join(folder, 'openapi.yaml'), openapi)
  await writeMore?.(folder)
}

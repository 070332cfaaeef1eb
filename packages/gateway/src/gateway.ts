import type { AnyScheme } from '@countersign/core'
import { dirname } from 'node:path'
import { adminBearer } from './access/admin-bearer.ts'
import { UsedOnce } from './access/used-once.ts'
import { Directory, namingIssuer } from './access/directory.ts'
import { createAdmin, type Admin } from './admin/admin.ts'
import type { HealthCheck } from './admin/admin-options.ts'
import { maskConfig } from './config/mask.ts'
import type { Config, Diagnostic, ListenConfig } from './config/config.ts'
import type { ForwardAuthConfig } from './config/forward-auth-config.ts'
import { ForwardAuth } from './forward-auth/entrance.ts'
import { check } from './forward-auth/grpc/check.ts'
import { GrpcDoor } from './forward-auth/grpc/door.ts'
import { CODES, GrpcFault } from './forward-auth/grpc/message.ts'
import { bringToLife, type Live } from './live.ts'
import { auditFile, type AuditFile } from './observe/audit-file.ts'
import { followAudit, type AuditFollower } from './observe/audit-follow.ts'
import { createLog, type Log, type LogStream } from './observe/log.ts'
import { createMetrics, type Metrics } from './observe/metrics.ts'
import { createObserver, type Observer } from './observe/observer.ts'
import { loadTracing, type Tracing } from './observe/tracing.ts'
import { addressList } from './network/addresses.ts'
import { createFront, type Front, type FrontOptions } from './proxy/front.ts'
import { refusal } from './proxy/refusals.ts'
import { endedRequest } from './rules/report.ts'
import { ConfigurationError, loadSetup, type Environment, type LoadedSetup, type Setup } from './setup.ts'
import { openSqliteStore, type Store } from './store/index.ts'
import { VERSION } from './version.ts'
import { FileWatch } from './watch.ts'

export interface GatewayOptions {
  /** `countersign.yaml`. */
  readonly file: string
  /** Values for `${…}` in it. Default: those of the process. */
  readonly environment?: Environment
  /** Instead of `listen.port`. */
  readonly port?: number
  /** Instead of `admin.port`. */
  readonly adminPort?: number
  /** Which doors this process opens. A worker of several has no admin port. Default both. */
  readonly doors?: 'both' | 'front' | 'admin'
  /** How many processes share the work. Default 1. */
  readonly processes?: number
  /** Where log lines go: a file descriptor or a stream. Default standard output. */
  readonly log?: number | LogStream
  /** Whether changes of the files reload the configuration. Default true. */
  readonly watch?: boolean
  /** Metrics of all processes together, where there are several. */
  readonly metrics?: (own: Metrics) => () => Promise<string>
  /** Called after every attempt to reload, so that a primary can tell its workers. */
  readonly onReload?: (result: Reloaded) => void
}

export interface Reloaded {
  /** Whether the new configuration is in force; if not, the one before it still is. */
  readonly ok: boolean
  readonly diagnostics: readonly Diagnostic[]
}

export interface Address {
  readonly address: string
  readonly port: number
}

/** A gateway that is running. */
export interface Gateway {
  /** Where requests are taken; absent without that door. */
  readonly address?: Address
  readonly adminAddress?: Address
  /** Where other proxies ask; absent without that door. */
  readonly forwardAddress?: Address
  /** Where Envoy asks over gRPC; absent without that door. */
  readonly grpcAddress?: Address
  readonly config: () => Config
  readonly store: Store
  readonly metrics: Metrics
  /** Puts the configuration into force as it is in the files now, or says what is wrong with it. Never throws for a bad file. */
  reload(): Promise<Reloaded>
  /** Stops taking requests, lets those under way end, and closes everything. */
  close(): Promise<void>
}

/**
 * Starts the gateway of a configuration.
 *
 * Throws a `ConfigurationError` with all diagnostics if the configuration cannot be put into force, a
 * `StoreError` if the store cannot be opened, and what `listen` throws if a port is taken.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const loaded = await loadSetup(options.file, options.environment)
  if (loaded.setup === undefined) throw new ConfigurationError(loaded.diagnostics)
  const { config } = loaded.setup
  const store = await openSqliteStore({ ...config.store, guessing: config.abuse.guessing })
  let running: Running | undefined
  try {
    running = new Running(options, { store, tracing: await loadTracing(), config })
    await running.start(loaded, loaded.setup)
    return running
  } catch (error) {
    await running?.closeDoors()
    await store.close()
    throw error
  }
}

interface Parts {
  readonly store: Store
  readonly tracing: Tracing
  readonly config: Config
}

class Running implements Gateway {
  address?: Address
  adminAddress?: Address
  forwardAddress?: Address
  grpcAddress?: Address
  readonly store: Store
  readonly metrics: Metrics
  readonly #options: GatewayOptions
  readonly #tracing: Tracing
  readonly #used = new UsedOnce()
  readonly #log: Log
  readonly #observer: Observer
  readonly #watch: FileWatch
  readonly #audit: AuditFile | undefined
  #setup: Setup | undefined
  /** Absent in a process that answers no requests of callers. */
  #live: Live | undefined
  #trusted: (address: string) => boolean = () => false
  #front: Front | undefined
  /** For proxies that ask and forward themselves. */
  #forwardFront: Front | undefined
  #grpcDoor: GrpcDoor | undefined
  #forwardAuth: ForwardAuth | undefined
  #admin: Admin | undefined
  #follower: AuditFollower | undefined
  #reloading: Promise<Reloaded> | undefined

  constructor(options: GatewayOptions, { store, tracing, config }: Parts) {
    this.#options = options
    this.store = store
    this.#tracing = tracing
    this.#log = createLog({ ...config.log, to: options.log ?? 1 })
    this.metrics = createMetrics({
      version: VERSION,
      connections: () => (this.#front?.connections() ?? 0) + (this.#forwardFront?.connections() ?? 0) + (this.#grpcDoor?.connections() ?? 0),
    })
    this.#audit = config.log.auditFile === undefined ? undefined : auditFile(config.log.auditFile)
    this.#observer = createObserver({
      log: this.#log,
      metrics: this.metrics,
      tracing,
      decisions: store.decisions,
      ...(this.#audit === undefined ? {} : { audit: this.#audit }),
      config: () => this.config().hash,
      version: VERSION,
    })
    this.#watch = new FileWatch(() => void this.reload())
  }

  readonly config = (): Config => {
    return this.#inForce.config
  }

  async start(loaded: LoadedSetup, setup: Setup): Promise<void> {
    const { doors = 'both' } = this.#options
    await this.#putIntoForce(setup)
    this.#trusted = addressList(setup.config.network.trustedProxies)
    if (doors !== 'front') {
      await this.#followAudit()
      await this.#openAdmin(setup.config)
    }
    if (doors !== 'admin') await this.#openFront(setup.config)
    this.#admin?.setPhase('ready')
    this.#observer.reloaded({ ok: true, hash: setup.config.hash, diagnostics: loaded.diagnostics.map(lineOf) })
    if (this.#options.watch !== false) this.#watch.follow(loaded.files)
  }

  /** Attempts that come while one is under way are answered by the one after it. */
  reload(): Promise<Reloaded> {
    const before = this.#reloading ?? Promise.resolve()
    // What went wrong before is no reason against the next attempt.
    const next = before.then(
      () => this.#reload(),
      () => this.#reload(),
    )
    this.#reloading = next
    return next
  }

  async close(): Promise<void> {
    const { shutdown } = this.config()
    this.#watch.close()
    this.#admin?.setPhase('draining')
    if (shutdown.delay > 0) await new Promise((resolve) => setTimeout(resolve, shutdown.delay * 1000))
    await Promise.all([this.#front?.drain(shutdown.drain), this.#forwardFront?.drain(shutdown.drain), this.#grpcDoor?.drain(shutdown.drain)])
    await this.closeDoors()
    await this.store.close()
  }

  /** Closes what was opened beside the store; a start that failed half-way leaves nothing open either. */
  async closeDoors(): Promise<void> {
    await this.#front?.close()
    await this.#forwardFront?.close()
    this.#grpcDoor?.close()
    await this.#admin?.close()
    await this.#follower?.close()
    this.#audit?.close()
    this.#log.flush()
  }

  async #reload(): Promise<Reloaded> {
    const loaded = await loadSetup(this.#options.file, this.#options.environment)
    const result = await this.#replace(loaded)
    this.#observer.reloaded({ ok: result.ok, hash: this.config().hash, diagnostics: result.diagnostics.map(lineOf) })
    this.#options.onReload?.(result)
    return result
  }

  /** A configuration that does not build leaves the one before it in force. */
  async #replace({ setup, diagnostics, files }: LoadedSetup): Promise<Reloaded> {
    if (setup === undefined) return { ok: false, diagnostics }
    const more = [...diagnostics, ...needsRestart(this.config(), setup.config)]
    await this.#putIntoForce(setup)
    this.#adopt(setup.config)
    await this.#front?.reloadTls()
    await this.#forwardFront?.reloadTls()
    this.#grpcDoor?.reloadTls()
    await this.#admin?.accept(this.#adminBearer(setup.config))
    if (this.#options.watch !== false) this.#watch.follow(files)
    return { ok: true, diagnostics: more }
  }

  /** What is read once and can be put again. */
  #adopt({ network, limits, log }: Config): void {
    this.#trusted = addressList(network.trustedProxies)
    this.#front?.limit(limits)
    this.#forwardFront?.limit(limits)
    this.#log.adjust(log)
  }

  /** Throws before anything changes if the setup cannot be put into force; a process without callers only looks whether it could. */
  async #putIntoForce(setup: Setup): Promise<void> {
    const takesCallers = this.#options.doors !== 'admin'
    const live = await bringToLife(setup, {
      warmed: takesCallers,
      store: this.store,
      tracing: this.#tracing,
      used: this.#used,
      processes: this.#options.processes ?? 1,
      onKeys: (event) => this.#observer.keys(event),
      onFailure: (error) => this.#observer.introspectionFailed(error),
      onError: (error, where) => this.#observer.storeFailed(error, where),
    })
    this.#setup = setup
    if (takesCallers) this.#live = live
    const { config } = setup
    const { forwardAuth } = config
    this.#forwardAuth =
      forwardAuth === undefined
        ? undefined
        : new ForwardAuth({ config, forwardAuth, live, onFault: (detail) => this.#log.failure({ where: 'forward-auth', detail }) })
  }

  async #openFront(config: Config): Promise<void> {
    const listen = this.#options.port === undefined ? config.listen : { ...config.listen, port: this.#options.port }
    // Read for every request, so that a reload is one assignment.
    this.#front = createFront({ ...this.#frontOptions(config), listen, rule: (request, path) => this.#rules.rule(request, path) })
    this.address = await this.#front.listen()
    this.#log.start({ ...this.address, config: config.hash, version: VERSION })
    if (config.forwardAuth !== undefined) await this.#openForward(config, config.forwardAuth)
  }

  #frontOptions({ limits }: Config): Omit<FrontOptions, 'listen' | 'rule'> {
    return {
      limits,
      trusted: (address) => this.#trusted(address),
      refuse: refusal,
      onEnd: (request, ruling, report) => this.#observer.ended(endedRequest(request, ruling, report)),
      onError: (error) => this.#observer.storeFailed(error, 'proxy'),
    }
  }

  async #openForward(config: Config, { listen, grpc }: ForwardAuthConfig): Promise<void> {
    this.#forwardFront = createFront({ ...this.#frontOptions(config), listen, rule: (request, path) => this.#asked(request, path) })
    this.forwardAddress = await this.#forwardFront.listen()
    if (grpc !== undefined) await this.#openGrpc(grpc, this.#frontOptions(config))
  }

  async #openGrpc(listen: ListenConfig, { onEnd = () => undefined, onError = () => undefined }: Pick<FrontOptions, 'onEnd' | 'onError'>): Promise<void> {
    this.#grpcDoor = new GrpcDoor({
      listen,
      connections: () => this.config().limits.connections,
      check: async (request, message) => {
        const entrance = this.#forwardAuth
        if (entrance === undefined) throw new GrpcFault(CODES.unimplemented, 'the configuration has no `forwardAuth` any more')
        const { identity, forwardAuth } = this.config()
        return check({ entrance, identity, door: forwardAuth?.grpc }, request, message)
      },
      onEnd,
      onError,
    })
    this.grpcAddress = await this.#grpcDoor.listen()
  }

  /** Without the section nobody is answered, also where the door is still open because the gateway was not started again. */
  #asked(...[request, path]: Parameters<FrontOptions['rule']>): ReturnType<FrontOptions['rule']> {
    return this.#forwardAuth?.rule(request, path) ?? { kind: 'refuse', answer: refusal('about:blank') }
  }

  /** One process of several follows the trail for all; it is the one with the admin port. */
  async #followAudit(): Promise<void> {
    if (this.#audit === undefined) return
    this.#follower = await followAudit(this.store.audit, {
      onEntry: (entry) => this.#observer.changed(entry),
      onError: (error) => this.#observer.storeFailed(error, 'audit'),
    })
  }

  #health(): readonly HealthCheck[] {
    if (this.#options.doors === 'admin') return []
    return [{ name: 'front', ...(this.address === undefined ? { problem: 'not listening' } : {}) }]
  }

  get #rules(): Live['rules'] {
    if (this.#live === undefined) throw new TypeError('the gateway has not started')
    return this.#live.rules
  }

  get #inForce(): Setup {
    if (this.#setup === undefined) throw new TypeError('the gateway has not started')
    return this.#setup
  }

  #adminBearer(config: Config): AnyScheme | undefined {
    const directory = new Directory(this.store.principals, namingIssuer(config.schemes))
    return adminBearer(config, {
      store: this.store,
      directory,
      onKeys: (event) => this.#observer.keys(event),
      onFailure: (error) => this.#observer.introspectionFailed(error),
    })
  }

  async #openAdmin(config: Config): Promise<void> {
    const { address, port } = config.admin
    const bearer = this.#adminBearer(config)
    this.#admin = createAdmin({
      address,
      port: this.#options.adminPort ?? port,
      store: this.store,
      ...(bearer === undefined ? {} : { bearer }),
      review: () => ({ setup: this.#inForce, folder: dirname(this.#options.file) }),
      metrics: this.#options.metrics?.(this.metrics) ?? (() => this.metrics.text()),
      reload: () => this.reload(),
      effective: () => maskConfig(this.config()),
      backups: dirname(config.store.path),
      health: () => this.#health(),
      onEnd: (about) => this.#observer.ended(about),
      onError: (error) => this.#observer.storeFailed(error, 'admin'),
    })
    this.adminAddress = await this.#admin.listen()
  }
}

function lineOf({ severity, place, message }: Diagnostic): string {
  return `${place.file}:${place.line}:${place.column}: ${severity}: ${message}`
}

/** What is read once, at the start. */
const AT_START: readonly (readonly [name: string, part: (config: Config) => unknown])[] = [
  ['listen', ({ listen }) => listen],
  // What is accepted on the admin port does change.
  ['admin', ({ admin: { address, port } }) => ({ address, port })],
  ['forwardAuth.listen', ({ forwardAuth }) => forwardAuth?.listen],
  ['forwardAuth.grpc', ({ forwardAuth }) => forwardAuth?.grpc],
  ['store', ({ store }) => store],
  ['abuse.guessing', ({ abuse }) => abuse.guessing],
  ['log.auditFile', ({ log }) => log.auditFile],
]

function needsRestart(before: Config, after: Config): readonly Diagnostic[] {
  return AT_START.filter(([, part]) => JSON.stringify(part(before)) !== JSON.stringify(part(after))).map(([name]) => ({
    severity: 'warning',
    code: 'needs-restart',
    message: `\`${name}\` changed and is read at the start only`,
    hint: 'restart the gateway to put it into force',
    place: { file: after.file, line: 1, column: 1 },
  }))
}

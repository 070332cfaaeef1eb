import { createGuard, type Guard, type KeyEvent, type ProtectedResource } from 'countersign'
import { certificateSource } from './access/certificates.ts'
import { Directory, namingIssuer, standingOf } from './access/directory.ts'
import { describeResource } from './access/resource.ts'
import { buildSchemes } from './access/schemes.ts'
import type { UsedOnce } from './access/used-once.ts'
import { Throttle } from './abuse/throttle.ts'
import type { AbuseConfig, Config } from './config/config.ts'
import { createAssertion } from './identity/assertion.ts'
import type { Tracing } from './observe/tracing.ts'
import { Rules } from './rules/rules.ts'
import type { Setup } from './setup.ts'
import type { Store } from './store/store.ts'

/** A setup in force. */
export interface Live {
  readonly setup: Setup
  readonly guard: Guard
  readonly rules: Rules
}

export interface LiveOptions {
  readonly store: Store
  readonly tracing: Tracing
  /** What was used once, also before a reload. */
  readonly used: UsedOnce
  /** How many processes share the work; each gets its part of a rate. */
  readonly processes: number
  /** Whether the keys of the issuers are fetched, which only who answers callers needs. */
  readonly warmed: boolean
  readonly onKeys: (event: KeyEvent) => void
  /** Told why an issuer gave no answer about a token. */
  readonly onFailure: (error: Error) => void
  readonly onError: (error: unknown, where: string) => void
}

/** Seconds that warming may take; a provider that is down must not keep other routes from working. */
const WARM_UP = 3

/**
 * Builds what decides under a setup.
 *
 * Fetches the keys of the issuers, but does not wait for one that is down: its routes answer 503 until it is
 * back. Throws a `TypeError` for what no check of the configuration found.
 */
export async function bringToLife(setup: Setup, options: LiveOptions): Promise<Live> {
  const { config, policy } = setup
  const { store, tracing } = options
  const directory = new Directory(store.principals, namingIssuer(config.schemes))
  const { guard, resource } = buildGuard(config, directory, options)
  const assertion = config.identity.assertion === undefined ? undefined : await createAssertion(config.identity.assertion, store.signing)
  const perAddress = throttleOf(config.abuse.perAddress, options.processes)
  const rules = new Rules({
    config,
    policy,
    guard,
    store,
    directory,
    tracing,
    onError: (error) => options.onError(error, 'store'),
    ...(resource === undefined ? {} : { resource }),
    ...(assertion === undefined ? {} : { assertion }),
    ...(perAddress === undefined ? {} : { perAddress }),
  })
  if (options.warmed) await warm(guard)
  return { setup, guard, rules }
}

interface Guarded {
  readonly guard: Guard
  readonly resource: ProtectedResource | undefined
}

function buildGuard(config: Config, directory: Directory, { store, used, processes, onKeys, onFailure, onError }: LiveOptions): Guarded {
  const { realm, cors, abuse, limits } = config
  const certificates = certificateSource(config)
  const schemes = buildSchemes({ config: config.schemes, store, directory, used, onKeys, onFailure, ...(certificates === undefined ? {} : { certificates }) })
  const resource = describeResource(config, schemes)
  const perPrincipal = throttleOf(abuse.perPrincipal, processes)
  const over = (name: string): number => perPrincipal?.take(name, Date.now() / 1000) ?? 0
  const guard = createGuard({
    realm,
    schemes,
    ...(resource === undefined ? {} : { resourceMetadata: resource }),
    ...(cors === undefined ? {} : { cors }),
    credentialLimit: Math.min(8192, limits.header),
    standing: (principal) => {
      const found = directory.get(principal, Date.now() / 1000)
      const finish = (record: Parameters<typeof standingOf>[0]) => {
        const standing = standingOf(record)
        if (standing.state !== 'active') return standing
        const wait = over(directory.nameOf(principal))
        return wait > 0 ? ({ state: 'over-quota', retryAfter: wait } as const) : standing
      }
      return found instanceof Promise ? found.then(finish) : finish(found)
    },
    onError: (error) => onError(error, 'access-control'),
  })
  return { guard, resource }
}

function throttleOf(rate: AbuseConfig['perAddress'], processes: number): Throttle | undefined {
  return rate === undefined ? undefined : new Throttle({ rate: rate.rate / processes, burst: Math.max(1, rate.burst / processes) })
}

async function warm(guard: Guard): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, WARM_UP * 1000)
  })
  // What is missing is told by `onKeys`, and by 503 on the routes that need it.
  await Promise.race([guard.ready().catch(() => undefined), enough])
  clearTimeout(timer)
}

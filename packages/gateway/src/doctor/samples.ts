import type { Config, PersonaConfig } from '../config/config.ts'
import type { Policy } from '../policy/policy.ts'
import { explain, type Answered } from '../review/explain.ts'
import { ANONYMOUS, NOBODY } from '../review/personas.ts'
import type { Line } from '../dialects/dialect.ts'
import { valuesOf } from './wire.ts'

/** Somebody who may call, with what shows it. */
export interface Caller {
  readonly persona: { readonly name: string; readonly config: PersonaConfig }
  readonly fields: readonly Line[]
}

/** A request that only looks, and what the gateway would say to it. */
export interface Sample {
  readonly path: string
  readonly expected: Answered
}

/** Paths of the configuration for what is to be tried; absent where it has none. */
export interface Samples {
  /** Nobody gets in. */
  readonly closed: Sample
  /** Every path where nobody gets in, up to a number. */
  readonly guarded: readonly string[]
  /** Everybody gets in. */
  readonly open?: Sample
  /** There is no such path. */
  readonly missing: Sample
  /** There is such a path, and not for GET. */
  readonly otherMethod?: Sample
  /** The caller gets in, and nobody else. */
  readonly allowed?: Sample
  /** The caller is known and does not get in. */
  readonly forbidden?: Sample
}

export interface SampleOptions {
  readonly url: URL
  readonly config: Config
  readonly policy: Policy
  readonly caller?: Caller
}

/** Of more routes one is like another. */
const MOST = 200
/** Paths that are asked for one by one. */
export const MOST_GUARDED = 40
/** What no application has. */
const NONE = 'countersign-doctor-0'

/** Asks the rules alone, not the gateway. Throws a `TypeError` if there is nothing behind this host that is protected. */
export async function takeSamples(options: SampleOptions): Promise<Samples> {
  const { policy, caller, url } = options
  const paths = [...new Set(policy.routes.slice(0, MOST).map(({ template }) => template.replaceAll('**', NONE).replaceAll(/\{[^{}]+\}/g, '1')))]
  const nobody = await ask(options, paths)
  const closed = first(nobody, 'challenge')
  if (closed === undefined)
    throw new TypeError(
      `the configuration has no GET at ${url.host} that is protected; name the host that callers use, and a configuration with a protected path`,
    )
  const known = caller === undefined ? [] : await ask(options, paths, caller)
  const closedPaths = new Set(nobody.filter(({ expected }) => expected.outcome === 'challenge').map(({ path }) => path))
  const [missing = closed] = await ask(options, [`/${NONE}`])
  return {
    closed,
    guarded: [...closedPaths].slice(0, MOST_GUARDED),
    missing,
    ...named('open', first(nobody, 'allow')),
    ...named(
      'otherMethod',
      nobody.find(({ expected }) => valuesOf(expected, 'allow').length > 0),
    ),
    ...named(
      'allowed',
      first(
        known.filter(({ path }) => closedPaths.has(path)),
        'allow',
      ),
    ),
    ...named('forbidden', first(known.filter(isChallenged), 'forbid') ?? first(known, 'forbid')),
  }
}

function first(samples: readonly Sample[], outcome: Answered['outcome']): Sample | undefined {
  return samples.find(({ expected }) => expected.outcome === outcome)
}

/** A missing scope comes with a challenge, which some proxies lose (RFC 6750 section 3.1). */
function isChallenged({ expected }: Sample): boolean {
  return valuesOf(expected, 'www-authenticate').length > 0
}

/** What the rules say to a GET of each path. */
async function ask(options: SampleOptions, paths: readonly string[], caller?: Caller): Promise<readonly Sample[]> {
  return Promise.all(paths.map(async (path) => ({ path, expected: await expectedFor(options, path, caller) })))
}

async function expectedFor({ config, policy, url }: SampleOptions, path: string, caller?: Caller): Promise<Answered> {
  const persona = caller?.persona ?? { name: NOBODY, config: ANONYMOUS }
  return (await explain(policy, config, { method: 'GET', url: `${url.origin}${path}`, persona })).answer
}

function named<K extends string>(name: K, sample: Sample | undefined): Partial<Record<K, Sample>> {
  const found: Partial<Record<K, Sample>> = {}
  if (sample !== undefined) found[name] = sample
  return found
}

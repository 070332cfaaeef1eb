import { performance } from 'node:perf_hooks'
import type { Config } from '../config/config.ts'
import type { Policy } from '../policy/policy.ts'
import { DEFECTS, type DefectName, type Found } from './defects.ts'
import { fixFor, proxyOf, type ProxyName } from './fixes.ts'
import type { Lab, Outcome, Probe } from './lab.ts'
import { GUESSING, PROBES, STOPPED } from './probes/index.ts'
import { takeSamples, type Caller } from './samples.ts'
import { NoAnswer, transmit, valuesOf, type Seen } from './wire.ts'

/** What is examined: a proxy in front of a gateway of this configuration. */
export interface Examination {
  /** Where callers reach the proxy. Only its host is ever spoken to. */
  readonly url: URL
  readonly config: Config
  readonly policy: Policy
  readonly caller?: Caller
  /** A path whose application answers with the fields that it got. */
  readonly echo?: string
  /** Default: as the proxy calls itself. */
  readonly proxy?: ProxyName
  /** Also sends wrong credentials until there are too many, which blocks this address for a while. */
  readonly guess?: boolean
  /** Whether the gateway was stopped, and only that is to be looked at. */
  readonly stopped?: boolean
}

/** A defect with what mends it. */
export interface Diagnosed extends Found {
  readonly title: string
  readonly fix: string
}

/** What was tried and what it came to. */
export interface ProbeReport {
  readonly probe: string
  readonly about: string
  readonly defects: readonly Diagnosed[]
  /** Why it was not tried. */
  readonly skipped?: string
}

export interface Diagnosis {
  readonly url: string
  readonly proxy?: ProxyName
  readonly requests: number
  readonly tried: readonly ProbeReport[]
}

/** Requests and seconds beyond which nothing more is tried. */
const MOST = 200
const SECONDS = 120

/**
 * Sends harmless requests through a proxy and says what it damages.
 *
 * Throws a `TypeError` for an address that is none or has nothing protected behind it, and `NoAnswer` if the proxy cannot be reached.
 */
export async function examine(examination: Examination): Promise<Diagnosis> {
  const { url, config, caller, echo, stopped = false, guess = false } = examination
  const samples = await takeSamples(examination)
  const first = await transmit(url, { method: 'GET', path: samples.closed.path, fields: [] })
  const proxy = examination.proxy ?? proxyOf(valuesOf(first, 'server'))
  const session = new Session(url)
  const lab: Lab = { config, samples, ...(caller === undefined ? {} : { caller }), ...(echo === undefined ? {} : { echo }), send: session.send }
  const tried: ProbeReport[] = []
  for (const probe of stopped ? STOPPED : [...PROBES, ...(guess ? GUESSING : [])]) tried.push(reportOf(probe, await attempt(probe, lab), proxy))
  return { url: url.href, ...(proxy === undefined ? {} : { proxy }), requests: session.requests + 1, tried }
}

/** Nothing more is sent. */
class Enough extends Error {
  override readonly name = 'Enough'
}

/** Counts what is sent, and ends when it is enough. */
class Session {
  requests = 0
  readonly #url: URL
  readonly #until = performance.now() + SECONDS * 1000

  constructor(url: URL) {
    this.#url = url
  }

  readonly send = ({ method = 'GET', path, fields = [] }: Parameters<Lab['send']>[0]): Promise<Seen> => {
    if (this.requests >= MOST || performance.now() > this.#until) return Promise.reject(new Enough(`more than ${MOST} requests or ${SECONDS} s were enough`))
    this.requests += 1
    return transmit(this.#url, { method, path, fields })
  }
}

async function attempt(probe: Probe, lab: Lab): Promise<Outcome> {
  try {
    return await probe.run(lab)
  } catch (error) {
    if (error instanceof NoAnswer) return [{ defect: 'no-answer', detail: `${error.message}, while it was tried: ${probe.about}` }]
    if (error instanceof Enough) return { skipped: error.message }
    throw error
  }
}

function reportOf({ name, about }: Probe, outcome: Outcome, proxy: ProxyName | undefined): ProbeReport {
  if ('skipped' in outcome) return { probe: name, about, defects: [], skipped: outcome.skipped }
  return { probe: name, about, defects: outcome.map((one) => ({ ...one, title: DEFECTS[one.defect], fix: fixFor(one.defect, proxy) })) }
}

/** The defects that were found, each once. */
export function defectsIn({ tried }: Pick<Diagnosis, 'tried'>): readonly DefectName[] {
  return [...new Set(tried.flatMap(({ defects }) => defects.map(({ defect }) => defect)))]
}

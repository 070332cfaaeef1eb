import { answer, authenticated, describe, type Answer, type Decision, type Denial, type Reason } from '@countersign/core'
import type { Config, PersonaConfig, Place } from '../config/config.ts'
import type { Api, Policy } from '../policy/policy.ts'
import { nameOf, type Route } from '../policy/route.ts'
import { judgePath } from '../proxy/path.ts'
import { refusal, type RefusalSlug } from '../proxy/refusals.ts'
import { decideAs, termsOf, viewOf } from './decide.ts'
import { looksAtEntrance, type Look } from './entrance.ts'
import { answerOf } from './matrix.ts'
import { nearMisses, type NearMiss } from './near-misses.ts'
import { partsOf, type Part } from './parts.ts'
import { whatItBrings } from './personas.ts'
import { readTarget, type Target } from './target.ts'
import { waysToPass, type Way } from './ways.ts'

export interface Question {
  readonly method: string
  /** A URL, or a path where the host does not matter or there is only one. */
  readonly url: string
  /** Whose question it is: the name is only shown. */
  readonly persona: { readonly name: string; readonly config: PersonaConfig }
  /** Seconds since the epoch; now by default. */
  readonly now?: number
  /** The address of the caller; without it `network.denied` stays open. */
  readonly from?: string
}

/** What the gateway answers, as far as it is the gateway's to say: 200 stands for letting the request through. */
export interface Answered {
  readonly status: number
  readonly outcome: Decision['outcome'] | 'no-route' | 'options'
  readonly reason?: Reason
  readonly fields: Answer['fields']
  /** Without the id, which is another one for every request. */
  readonly problem?: Readonly<Record<string, unknown>>
}

/** A decision, step by step. */
export interface Account {
  readonly request: { readonly method: string; readonly host: string; readonly path: string; readonly assumedHost: boolean }
  readonly persona: { readonly name: string; readonly brings: string }
  /** What the request meets before it is routed, in order, and what counts beside the route. */
  readonly entrance: readonly Look[]
  readonly api?: { readonly name: string; readonly prefix: string; readonly hosts: readonly string[] }
  readonly route?: {
    readonly operation: string
    readonly operationId?: string
    readonly params: Readonly<Record<string, string>>
    readonly requirement: string
    readonly declared: boolean
    readonly source: Place
  }
  /** Why there is no route. */
  readonly miss?: string
  readonly near: readonly NearMiss[]
  readonly parts: readonly Part[]
  readonly answer: Answered
  readonly ways: readonly Way[]
}

/** What of a configuration an explanation looks at. */
export type Reviewed = Pick<Config, 'realm' | 'schemes' | 'network' | 'abuse' | 'cors'>

/**
 * Decides as the gateway would and tells every step.
 *
 * Throws a `TypeError` for a URL or an address that cannot be read, or if the configuration has no schemes.
 */
export async function explain(policy: Policy, config: Reviewed, question: Question): Promise<Account> {
  const target = readTarget(question.url, policy)
  const { name, config: persona } = question.persona
  const entrance = looksAtEntrance(config, { method: question.method, secure: target.secure, from: question.from, persona })
  const base = { request: requestOf(question, target), persona: { name, brings: whatItBrings(persona) }, entrance }
  const judged = judgePath(target.path)
  if (!judged.ok) return { ...base, ...missed(`the path can be read in more than one way (${judged.reason})`, 'malformed-request') }
  const addressed = policy.find(target.host, judged.path)
  if (addressed.found === 'foreign-host') return { ...base, ...missed(`no API answers to the host \`${target.host}\``, 'misdirected-request') }
  const refused = entrance.find(({ found }) => found === 'refused')
  if (refused?.setting === 'network.legal') return { ...base, ...missed(refused.text, 'unavailable-for-legal-reasons') }
  if (refused !== undefined)
    return { ...base, miss: `${refused.text}, and \`${refused.setting}\` refuses that`, ...NO_ROUTE, answer: answeredOf(turned(refused)) }
  if (addressed.found === 'nothing')
    return { ...base, ...missed('no API has a prefix of this path', 'about:blank'), near: nearMisses(judged.path, policy.routes) }
  return explainInside({ config, question, target: { ...target, path: judged.path }, base }, addressed.api)
}

const NO_ROUTE = { near: [], parts: [], ways: [] } as const

function turned({ setting }: Look): Denial {
  const reason = setting === 'network.denied' ? 'address-refused' : 'transport-insecure'
  return { outcome: 'forbid', reason, remedy: { action: 'none' }, challenges: [], explanation: { id: '', steps: [] } }
}

interface Inquiry {
  readonly config: Reviewed
  readonly question: Question
  readonly target: Target
  readonly base: Pick<Account, 'request' | 'persona' | 'entrance'>
}

async function explainInside(inquiry: Inquiry, api: Api): Promise<Account> {
  const { question, target } = inquiry
  const { name, prefix, hosts } = api.config
  const base = { ...inquiry.base, api: { name, prefix, hosts } }
  const match = api.match(question.method, target.path)
  switch (match.found) {
    case 'route':
      return { ...base, ...(await explainRoute(inquiry, match.value, match.params)) }
    case 'malformed':
      return { ...base, ...missed('the path has a percent-encoding that cannot be read', 'malformed-request') }
    case 'method-mismatch': {
      const miss = `\`${match.template}\` has ${match.allow.join(', ')}, not ${question.method}`
      // The gateway itself answers OPTIONS, wherever there is a path.
      const allow = [...new Set([...match.allow, 'OPTIONS'])].join(', ')
      return { ...base, ...(await unrouted(inquiry, api, { miss, slug: 'method-not-allowed', allow })) }
    }
    case 'nothing':
      return {
        ...base,
        ...(await unrouted(inquiry, api, { miss: 'no path template of this API matches', slug: 'about:blank' })),
        near: nearMisses(target.path, api.routes),
      }
  }
}

function requestOf({ method }: Question, { host, path, assumedHost }: Target): Account['request'] {
  return { method, host, path: path.replace(/\?.*$/s, ''), assumedHost }
}

interface Unrouted {
  readonly miss: string
  readonly slug: RefusalSlug
  readonly allow?: string
}

/** In an API that conceals, nobody without credentials learns what exists (ledger conflict C13). */
async function unrouted({ config, question }: Inquiry, api: Api, { miss, slug, allow }: Unrouted) {
  const anyCredentials = { method: question.method, template: api.config.prefix, requirement: authenticated() }
  const decision = api.config.conceal ? await decideAs(anyCredentials, question.persona.config, { ...termsOf(config, question.now), params: {} }) : undefined
  if (decision !== undefined && decision.outcome !== 'allow')
    return { miss: `${miss}, and \`conceal\` keeps that from callers who are not known`, ...NO_ROUTE, answer: answeredOf(decision) }
  if (allow === undefined || question.method !== 'OPTIONS') return missed(miss, slug, allow)
  return { miss: `${miss}; the gateway answers`, ...NO_ROUTE, answer: { status: NO_CONTENT, outcome: 'options' as const, fields: [['Allow', allow]] as const } }
}

/** RFC 9110 section 9.3.7. */
const NO_CONTENT = 204

function missed(miss: string, slug: RefusalSlug, allow?: string): Pick<Account, 'miss' | 'near' | 'parts' | 'answer' | 'ways'> {
  const { status, fields, problem } = refusal(slug, allow === undefined ? [] : [['Allow', allow]])
  return { miss, ...NO_ROUTE, answer: { status, outcome: 'no-route', fields, ...(problem === undefined ? {} : { problem: { ...problem } }) } }
}

async function explainRoute({ config, question, target }: Inquiry, route: Route, params: Readonly<Record<string, string>>) {
  const { requirement, declared, source, operationId } = route
  const persona = question.persona.config
  const asked = {
    ...termsOf(config, question.now),
    params: { ...params },
    url: viewOf(route, { params, url: new URL(target.path, `https://${target.host}`) }).url,
  }
  const decision = await decideAs(route, persona, asked)
  return {
    route: {
      operation: nameOf(route),
      ...(operationId === undefined ? {} : { operationId }),
      params: { ...params },
      requirement: describe(requirement),
      declared,
      source,
    },
    near: [],
    parts: partsOf(requirement, { steps: decision.explanation.steps, persona }),
    answer: answeredOf(decision),
    ways: decision.outcome === 'allow' ? [] : await waysToPass(route, persona, asked),
  }
}

function answeredOf(decision: Decision): Answered {
  const cell = answerOf(decision)
  if (decision.outcome === 'allow') return { ...cell, fields: [] }
  const { fields, problem } = answer(decision)
  if (problem === undefined) return { ...cell, fields }
  return { ...cell, fields, problem: Object.fromEntries(Object.entries(problem).filter(([name]) => name !== 'decision_id')) }
}

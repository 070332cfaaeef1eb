import { describe, type Step } from '@countersign/core'
import { judgementOf, type EndedRequest } from '../observe/exchange.ts'
import { nameOf, type Route } from '../policy/route.ts'
import type { ExchangeReport, FrontRequest, Ruling } from '../proxy/ruling.ts'
import type { RequestNote } from './note.ts'

interface RouteTexts {
  readonly name: string
  readonly requirement: string
  readonly source: string
}

const texts = new WeakMap<Route, RouteTexts>()

/** Sums up a request that is over. A request that never came to the rules has no note: its message could not be read. */
export function endedRequest(request: FrontRequest, ruling: Ruling | undefined, report: ExchangeReport): EndedRequest {
  const note = ruling?.note
  const { method, target } = note?.about ?? { method: request.method ?? '-', target: request.url ?? '-' }
  if (note === undefined)
    return { id: crypto.randomUUID(), at: Date.now() / 1000 - report.duration, method, host: '', target, client: '', outcome: 'malformed', report }
  return { ...partsOf(note), method, target, host: note.host, report }
}

function partsOf(note: RequestNote): Omit<EndedRequest, 'method' | 'target' | 'host' | 'report'> {
  const { at, client, api, route, outcome, decision, judged, throttledBy, trace } = note
  const about = route === undefined ? undefined : textsOf(route)
  return {
    id: decision?.explanation.id ?? crypto.randomUUID(),
    at,
    client,
    outcome,
    trace,
    ...(api === undefined ? {} : { api }),
    ...(about === undefined ? {} : { route: about.name }),
    ...(throttledBy === undefined ? {} : { throttledBy }),
    ...(decision === undefined
      ? {}
      : {
          judgement: judgementOf(decision, {
            duration: judged,
            subject: subjectOf(decision.explanation.steps),
            requirement: about?.requirement,
            source: about?.source,
          }),
        }),
  }
}

function textsOf(route: Route): RouteTexts {
  const known = texts.get(route)
  if (known !== undefined) return known
  const { file, line, column } = route.source
  const made = { name: nameOf(route), requirement: describe(route.requirement), source: `${file}:${line}:${column}` }
  texts.set(route, made)
  return made
}

/** Whom the credentials stood for, also where the answer is a refusal. */
function subjectOf(steps: readonly Step[]): string | undefined {
  for (const step of steps) if (step.stage === 'verify' && step.subject !== undefined) return step.subject
  return undefined
}

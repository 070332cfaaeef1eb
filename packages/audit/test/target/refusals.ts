import type { Answer, Denial } from 'countersign'
import type { Faults } from './faults.ts'
import { NOT_FOUND } from './reply.ts'
import type { Route } from './routes.ts'
import type { State } from './state.ts'
import { wronglyWritten } from './wrong-refusals.ts'

/** What was refused, and to whom. */
export interface Refused {
  readonly denial: Denial
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
  readonly state: State
  readonly faults: Faults
}

/** The answer of the guard, with what is wrong about how it is written. */
export function refusalWith(answer: Answer, refused: Refused): Answer {
  return wronglyWritten(challengeWith(classWith(answer, refused), refused.faults), refused)
}

function classWith(answer: Answer, refused: Refused): Answer {
  const { denial, faults } = refused
  const known = denial.outcome === 'forbid' || denial.outcome === 'conceal'
  if (faults.has('refusal-as-200') && known) return withStatus({ ...answer, fields: [['Content-Type', 'application/json']] }, 200)
  if (faults.has('refusal-as-500') && known) return withStatus(answer, 500)
  if (faults.has('403-for-401') && denial.outcome === 'challenge' && denial.reason === 'credentials-missing') return withStatus(withoutChallenge(answer), 403)
  if (faults.has('401-for-403') && denial.outcome === 'forbid')
    return withStatus({ ...answer, fields: [['WWW-Authenticate', 'Bearer realm="orders"'], ...withoutChallenge(answer).fields] }, 401)
  return existenceWith(answer, refused)
}

function existenceWith(answer: Answer, { denial, route, params, state, faults }: Refused): Answer {
  const order = route.path.startsWith('/orders/{id}') ? state.orders.get(params['id'] ?? '') : undefined
  if (faults.has('existence-leak') && denial.outcome === 'conceal' && order !== undefined) return withStatus(answer, 403)
  if (faults.has('existence-leak-in-text') && denial.outcome === 'conceal' && order !== undefined && answer.problem !== undefined)
    return { ...answer, problem: { ...answer.problem, title: 'Not found for you' } }
  const absent = route.path.startsWith('/orders/{id}') && order === undefined
  if (faults.has('existence-leak-to-nobody') && denial.outcome === 'challenge' && absent)
    return { status: 404, fields: Object.entries(NOT_FOUND.fields ?? {}), problem: { type: 'about:blank', title: 'Not Found', status: 404 } }
  return answer
}

function challengeWith(answer: Answer, faults: Faults): Answer {
  if (faults.has('challenge-dropped')) return withoutChallenge(answer)
  if (!faults.has('challenge-unreadable')) return answer
  return { ...answer, fields: answer.fields.map(([name, value]) => [name, name === 'WWW-Authenticate' ? value.replace(/"(?=[^"]*$)/, '') : value]) }
}

function withoutChallenge(answer: Answer): Answer {
  return { ...answer, fields: answer.fields.filter(([name]) => name !== 'WWW-Authenticate') }
}

function withStatus(answer: Answer, status: number): Answer {
  return { ...answer, status, ...(answer.problem === undefined ? {} : { problem: { ...answer.problem, status } }) }
}

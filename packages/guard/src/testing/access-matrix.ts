import { outcomeOf, parseChallenges } from '@countersign/core'

/** The fields that a persona sends with every request; a promise is awaited. */
export type Persona = Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>

/** Who may do what: for every route the status that every persona gets. */
export interface AccessMatrix<N extends string> {
  readonly personas: Readonly<Record<N, Persona>>
  /** `GET /orders/42` → persona → status. */
  readonly routes: Readonly<Record<string, Readonly<Record<NoInfer<N>, number>>>>
}

/** The cells of a matrix that are not as they should be, one a line. */
export class AccessMatrixError extends Error {
  override readonly name = 'AccessMatrixError'
  readonly cells: readonly string[]

  constructor(cells: readonly string[]) {
    super(`the access matrix has ${cells.length} wrong cell${cells.length === 1 ? '' : 's'}\n${cells.join('\n')}`)
    this.cells = cells
  }
}

/** A Fetch handler, or the origin of a server that runs, such as `http://127.0.0.1:8080`. */
type Target = ((request: Request) => Response | Promise<Response>) | string | URL

/** Milliseconds for one cell. */
const TIME_LIMIT = 10_000

/**
 * Sends every request of a matrix and compares statuses and the invariants of 401 and 403.
 *
 * Beside the status, each answer is held to: a 401 has a readable challenge; nobody who sent nothing is told
 * an error code; a denial is not storable; a 403 names a challenge only for a scope. Rejects with
 * `AccessMatrixError`, which lists every wrong cell. RFC 9110 section 11.6.1, RFC 6750 section 3.1.
 *
 * @example
 * import { accessMatrix, testIssuer } from 'countersign/testing'
 *
 * const issuer = await testIssuer()
 * export const whoMayDoWhat = (handler: (request: Request) => Promise<Response>) =>
 *   accessMatrix(handler, {
 *     personas: { anonymous: {}, olga: issuer.bearer('olga') },
 *     routes: { 'GET /data': { anonymous: 401, olga: 200 } },
 *   })
 */
export async function accessMatrix<N extends string>(target: Target, matrix: AccessMatrix<N>): Promise<void> {
  const wrong: string[] = []
  for (const [route, cells] of Object.entries(matrix.routes)) {
    const [method = '', path = ''] = route.split(' ')
    if (!path.startsWith('/')) throw new TypeError(`\`${route}\` is no route; pass a method, a space and a path, such as \`GET /data\``)
    for (const [name, status] of Object.entries(cells) as [N, number][]) {
      const persona = matrix.personas[name]
      if (persona === undefined) throw new TypeError(`\`${route}\` names the persona \`${name}\`, which is not in \`personas\``)
      const fields = await persona
      const response = await send(target, path, { method, headers: fields })
      const faults = [...(response.status === status ? [] : [`${response.status} instead of ${status}`]), ...faultsOf(response, Object.keys(fields).length > 0)]
      for (const fault of faults) wrong.push(`${route} as ${name}: ${fault}`)
      await response.body?.cancel()
    }
  }
  if (wrong.length > 0) throw new AccessMatrixError(wrong)
}

function send(target: Target, path: string, init: RequestInit): Response | Promise<Response> {
  if (typeof target === 'function') return target(new Request(new URL(path, 'http://api.test'), init))
  return fetch(new URL(path, target), { ...init, redirect: 'manual', signal: AbortSignal.timeout(TIME_LIMIT) })
}

/** What is wrong with an answer, whatever its status should have been. */
function faultsOf(response: Response, sentSomething: boolean): readonly string[] {
  const { status, headers } = response
  const outcome = outcomeOf(status)
  if (outcome === undefined) return []
  const { challenges, faults } = parseChallenges(headers.get('www-authenticate') ?? '')
  const named = challenges.map((challenge) => challenge.params['error']).filter((error) => error !== undefined)
  const storable = !/\bno-store\b|\bprivate\b/i.test(headers.get('cache-control') ?? '')
  const found: string[] = []
  if (faults.length > 0) found.push(`${status} with a challenge that cannot be read`)
  if (outcome === 'challenge' && challenges.length === 0) found.push(`${status} without a challenge`)
  if (!sentSomething && named.length > 0) found.push(`${status} with an error code although nothing was sent`)
  if (outcome === 'forbid' && challenges.length !== named.filter((error) => error === 'insufficient_scope').length)
    found.push(`${status} with a challenge that asks for something else than a scope`)
  if ((outcome === 'challenge' || outcome === 'forbid' || outcome === 'conceal') && storable) found.push(`${status} that a shared cache may store`)
  return found
}

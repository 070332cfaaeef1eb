import type { DecisionRecord } from '@countersign/gateway'
import { CommandError, usage } from './failure.ts'
import type { Io } from './io.ts'

/** Seconds. */
const PATIENCE = 5

/** Asks the admin port of a gateway that runs. Throws a `CommandError` if it cannot be reached. */
export async function askAdmin(origin: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const url = adminUrl(origin, path)
  try {
    return await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(PATIENCE * 1000) })
  } catch (error) {
    throw new CommandError(`${url.origin} cannot be reached: ${causeOf(error)}`, { cause: error })
  }
}

function adminUrl(origin: string, path: string): URL {
  if (!/^https?:\/\//i.test(origin) || !URL.canParse(origin)) throw usage(`\`${origin}\` is no URL; pass the admin address such as http://127.0.0.1:9090`)
  return new URL(path, origin)
}

/** `fetch` says only that it failed; the reason is below. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${PATIENCE} s`
  const { cause } = error
  if (cause instanceof AggregateError) return causeOf(cause.errors[0])
  return cause instanceof Error ? cause.message : error.message
}

/** A decision as a gateway that runs has it; nothing if it is not kept any more. */
export async function fetchDecision(origin: string, id: string, env: Io['env']): Promise<DecisionRecord | undefined> {
  const key = env['COUNTERSIGN_ADMIN_KEY']
  if (key === undefined || key === '') throw usage('COUNTERSIGN_ADMIN_KEY is not set; put an admin key of the gateway there')
  const response = await askAdmin(origin, `/api/v1/decisions/${encodeURIComponent(id)}`, { 'x-api-key': key })
  if (response.status === 404) return undefined
  if (!response.ok)
    throw new CommandError(`the gateway answered ${response.status} ${response.statusText}; is the key in COUNTERSIGN_ADMIN_KEY one with admin rights?`)
  // The gateway is of the same project; what is shown of it is text.
  return (await response.json()) as DecisionRecord
}

import type { Policy } from '../policy/policy.ts'
import type { Expectation } from './expectations.ts'
import { explain, type Account, type Reviewed } from './explain.ts'
import { painter, placeText, type TextOptions } from './layout.ts'

/** An expectation with what came of it. */
export interface Tried {
  readonly expectation: Expectation
  readonly account: Account
  readonly met: boolean
}

/** Tries every expectation. Throws a `TypeError` for a URL that cannot be read, or if the configuration has no schemes. */
export async function tryExpectations(expectations: readonly Expectation[], policy: Policy, config: Reviewed): Promise<readonly Tried[]> {
  const tried: Tried[] = []
  for (const expectation of expectations) {
    const { method, url, persona } = expectation
    const account = await explain(policy, config, { method, url, persona })
    tried.push({ expectation, account, met: isMet(expectation, account) })
  }
  return tried
}

function isMet({ status, reason }: Expectation, { answer }: Account): boolean {
  if (reason !== undefined && reason !== answer.reason) return false
  // Which 2xx it is, the upstream says.
  return answer.outcome === 'allow' ? status >= 200 && status < 300 : status === answer.status
}

/** What was not met, with its line, and a line that counts. */
export function triedText(tried: readonly Tried[], options: TextOptions = {}): string {
  const paint = painter(options)
  const failed = tried.filter(({ met }) => !met)
  const blocks = failed.map((one) => failureText(one, options))
  const count = `${tried.length} expectation${tried.length === 1 ? '' : 's'}`
  const result = failed.length === 0 ? paint('green', 'all met') : paint('red', `${failed.length} not met`)
  return `${blocks.join('')}${blocks.length === 0 ? '' : '\n'}${count}, ${result}.\n`
}

function failureText({ expectation, account }: Tried, options: TextOptions): string {
  const { method, url, persona, status, reason, place } = expectation
  const { answer, route, miss } = account
  const wanted = `${status}${reason === undefined ? '' : ` ${reason}`}`
  const is = `${answer.status}${answer.reason === undefined ? '' : ` ${answer.reason}`}`
  const why = route === undefined ? (miss ?? '') : `${route.operation} asks for ${route.requirement} (${placeText(route.source, options.base)})`
  return `${placeText(place, options.base)}: ${method} ${url} as ${persona.name}: ${painter(options)('red', is)} instead of ${wanted}\n    ${why}\n`
}

/** The same as JSON. */
export function triedJson(tried: readonly Tried[], { base }: Pick<TextOptions, 'base'> = {}): string {
  const results = tried.map(({ expectation, account, met }) => ({
    met,
    request: `${expectation.method} ${expectation.url}`,
    as: expectation.persona.name,
    expected: { status: expectation.status, ...(expectation.reason === undefined ? {} : { reason: expectation.reason }) },
    actual: {
      status: account.answer.status,
      outcome: account.answer.outcome,
      ...(account.answer.reason === undefined ? {} : { reason: account.answer.reason }),
    },
    source: placeText(expectation.place, base),
  }))
  return `${JSON.stringify({ met: tried.every(({ met }) => met), results }, null, 2)}\n`
}

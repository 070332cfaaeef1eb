import type { ProbeCheck } from '../../check.ts'
import { jsonOf } from '../../observe/fingerprint.ts'
import type { Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { answered, notTested, PASSED, seen } from '../asked.ts'
import { protectedReads } from '../attack.ts'
import { ruleOf } from '../rules.ts'
import { challengesOf } from './refusals.ts'

/** Reads the metadata that challenges name. */
export const chalMetadata: ProbeCheck = {
  kind: 'probe',
  rule: ruleOf('CHAL-METADATA'),
  mode: 'safe',
  plan: (planning) =>
    protectedReads(planning)
      .slice(0, 1)
      .map((operation) => ({
        key: 'resource_metadata',
        operation,
        persona: planning.nobody.name,
        sends: ['GET of each `resource_metadata` that a challenge names at this origin'],
        risk: 24,
        try: read,
      })),
}

async function read(run: Run): Promise<Verdict> {
  const refusals = run.cells.map(answered).filter((cell) => cell !== undefined)
  const named = new Map(
    refusals.flatMap((cell) =>
      challengesOf(cell.response).challenges.flatMap(({ params }) =>
        params['resource_metadata'] === undefined ? [] : [[params['resource_metadata'], cell] as const],
      ),
    ),
  )
  if (named.size === 0) return notTested('no challenge names metadata')
  for (const [address, { observed, operation }] of named) {
    const fault = await faultOf(address, run)
    if (fault === undefined) continue
    if (fault.level === 'not-tested') return fault
    return {
      level: 'strong',
      message: `${operation.key}: ${fault.says}`,
      expected: 'an absolute address of this origin, with the metadata of this resource',
      observed: `\`${address.slice(0, 120)}\``,
      evidence: [observed.exchange],
      cause: fault.says,
    }
  }
  return PASSED
}

type Fault = { readonly level: 'wrong'; readonly says: string } | { readonly level: 'not-tested'; readonly why: string }

async function faultOf(address: string, run: Run): Promise<Fault | undefined> {
  const wrong = (says: string): Fault => ({ level: 'wrong', says })
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return wrong('`resource_metadata` is no absolute address')
  const { origin, pathname, search } = new URL(address)
  if (origin !== new URL(run.config.target).origin)
    return { level: 'not-tested', why: `the metadata are at ${origin}, and no request leaves the origin of the target` }
  const exchange = await run.send({ method: 'GET', target: pathname + search, fields: [['Accept', 'application/json']] }, run.nobody)
  const { response } = exchange
  if (response === undefined || response.status < 200 || response.status >= 300)
    return wrong(`the metadata cannot be read (${response === undefined ? exchange.failure : seen({ class: 'unknown', by: 'status', exchange })})`)
  const metadata = jsonOf(response)
  const resource = typeof metadata === 'object' && metadata !== null && 'resource' in metadata ? metadata.resource : undefined
  if (typeof resource !== 'string') return wrong('the metadata have no `resource`')
  return isSameResource(resource, run.config.target, pathname) ? undefined : wrong(`the metadata are those of \`${resource.slice(0, 80)}\``)
}

/** The resource whose metadata stand there (RFC 9728 section 3.3): the origin, with the path behind the well-known one. */
function isSameResource(resource: string, target: string, pathname: string): boolean {
  if (!URL.canParse(resource)) return false
  const path = pathname.replace(/^\/\.well-known\/oauth-protected-resource/, '')
  const found = new URL(resource)
  return found.origin === new URL(target).origin && found.pathname.replace(/\/+$/, '') === path.replace(/\/+$/, '')
}

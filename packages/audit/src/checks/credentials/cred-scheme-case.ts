import type { ProbeCheck } from '../../check.ts'
import type { Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { PASSED, notTested, seen } from '../asked.ts'
import { footingOf, guardsOf, isVerdict, sendBare, withFields, type Way } from '../attack.ts'
import { ruleOf } from '../rules.ts'

/** Sends good credentials with the name of the scheme in other cases. */
export const credSchemeCase: ProbeCheck = {
  kind: 'probe',
  rule: ruleOf('CRED-SCHEME-CASE'),
  mode: 'safe',
  plan: (planning) =>
    guardsOf(planning).map((way) => ({
      key: `${way.operation.key} ${way.persona.name}`,
      operation: way.operation,
      persona: way.persona.name,
      sends: [`${way.operation.key} with the name of the scheme in lower and in upper case`],
      risk: 15,
      try: async (run) => trySpellings(way, run),
    })),
}

async function trySpellings(way: Way, run: Run): Promise<Verdict> {
  const footing = await footingOf(way, run)
  if (isVerdict(footing)) return footing
  const { request, credentials, granted } = footing
  const authorization = credentials.fields.find(([name]) => name.toLowerCase() === 'authorization')?.[1]
  const [scheme = '', ...rest] = (authorization ?? '').split(' ')
  // A proof is good for one request only.
  if (rest.length === 0 || credentials.kind === 'dpop') return notTested('the credentials have no scheme whose name could be written otherwise')
  for (const spelling of [scheme.toLowerCase(), scheme.toUpperCase()].filter((one) => one !== scheme)) {
    const others = credentials.fields.filter(([name]) => name.toLowerCase() !== 'authorization')
    const observed = await sendBare(withFields(request, ...others, ['Authorization', [spelling, ...rest].join(' ')]), way.operation, run)
    if (observed.class === 'granted') continue
    return {
      level: 'strong',
      message: `${way.operation.key} refuses good credentials whose scheme is written \`${spelling}\``,
      expected: seen(granted.observed),
      observed: seen(observed),
      evidence: [granted.observed.exchange, observed.exchange],
      cause: 'case of the scheme',
    }
  }
  return PASSED
}

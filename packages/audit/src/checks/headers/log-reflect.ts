import { fieldsWith, withFields, withQuery } from '../attack.ts'
import { notTested, PASSED, seen } from '../asked.ts'
import { footingOf, guardsOf, isVerdict, sendBare, type Way } from '../attack.ts'
import type { ProbeCheck } from '../../check.ts'
import type { Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { ruleOf } from '../rules.ts'

/** Sends bad credentials with a marker, and looks whether it comes back. */
export const logReflect: ProbeCheck = {
  kind: 'probe',
  rule: ruleOf('LOG-REFLECT'),
  mode: 'safe',
  plan: (planning) =>
    guardsOf(planning).map((way) => ({
      key: `${way.operation.key} ${way.persona.name}`,
      operation: way.operation,
      persona: way.persona.name,
      sends: [`${way.operation.key} with a marker as credentials`],
      risk: 52,
      try: async (run) => sendMarker(way, run),
    })),
}

async function sendMarker(way: Way, run: Run): Promise<Verdict> {
  const footing = await footingOf(way, run)
  if (isVerdict(footing)) return footing
  const { request, credentials } = footing
  const marker = run.marker(`reflect ${way.operation.key}`)
  const basic = Buffer.from(`${marker}:${marker}`).toString('base64')
  const fields = credentials.kind === 'basic' ? [['Authorization', `Basic ${basic}`] as const] : fieldsWith(credentials, marker)
  const query = (credentials.query ?? []).map(([name]): [string, string] => [name, marker])
  if (fields.length === 0 && query.length === 0) return notTested('the credentials hold no text')
  const observed = await sendBare(withQuery(withFields(request, ...fields), ...query), way.operation, run)
  const { response } = observed.exchange
  const text = response === undefined ? '' : [response.body, ...response.fields.map(([, value]) => value)].join('\n')
  if (observed.class === 'granted' || !(text.includes(marker) || text.includes(basic))) return PASSED
  return {
    level: 'proven',
    message: `${way.operation.key} sends the credentials back that it refuses`,
    expected: 'a fixed text',
    observed: `${seen(observed)} with the credentials`,
    evidence: [observed.exchange],
  }
}

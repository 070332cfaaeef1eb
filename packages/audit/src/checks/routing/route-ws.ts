import { randomBytes } from 'node:crypto'
import type { ProbeCheck } from '../../check.ts'
import type { AuditOperation } from '../../operation.ts'
import type { Planning, Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { notTested, PASSED, seen } from '../asked.ts'
import { protectedReads, withFields } from '../attack.ts'
import { ruleOf } from '../rules.ts'

/** Switching Protocols (RFC 9110 section 15.2.2). */
const SWITCHING = 101

/** Asks for a WebSocket as nobody, where the description has one. */
export const routeWs: ProbeCheck = {
  kind: 'probe',
  rule: ruleOf('ROUTE-WS'),
  mode: 'safe',
  plan: (planning) =>
    sockets(planning).map((operation) => ({
      key: operation.key,
      operation,
      persona: planning.nobody.name,
      sends: [`${operation.key} with \`Upgrade: websocket\`, without credentials`],
      risk: 75,
      try: async (run) => upgrade(operation, run),
    })),
}

function sockets(planning: Planning): readonly AuditOperation[] {
  return protectedReads(planning).filter(({ answers }) => answers.some(({ status }) => status === String(SWITCHING)))
}

async function upgrade(operation: AuditOperation, run: Run): Promise<Verdict> {
  const built = run.build(operation, run.nobody)
  if (built.request === undefined) return notTested(built.missing)
  const request = withFields(
    built.request,
    ['Connection', 'Upgrade'],
    ['Upgrade', 'websocket'],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', randomBytes(16).toString('base64')],
  )
  const observed = run.observe(await run.send(request, run.nobody), operation)
  if (observed.exchange.response?.status !== SWITCHING) return PASSED
  return {
    level: 'strong',
    message: `${operation.key} opens a WebSocket to nobody`,
    expected: '401 with a challenge',
    observed: seen(observed),
    evidence: [observed.exchange],
  }
}

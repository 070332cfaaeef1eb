import type { ProbeCheck } from '../../check.ts'
import type { AuditRequest, FieldLines } from '../../exchange.ts'
import type { Observation } from '../../observation.ts'
import type { AuditOperation } from '../../operation.ts'
import type { Run } from '../../run.ts'
import type { Verdict } from '../../verdict.ts'
import { NO_BASELINE, entitledTo, inconclusive, notTested, PASSED, seen } from '../asked.ts'
import { sendBare, waysIn, withFields, type Way } from '../attack.ts'
import { likeness } from '../nobody/likeness.ts'
import { ruleOf } from '../rules.ts'

/** Sends fields that a proxy would set, without credentials. */
export const credSpoofHeaders: ProbeCheck = {
  kind: 'probe',
  rule: ruleOf('CRED-SPOOF-HEADERS'),
  mode: 'safe',
  plan: (planning) =>
    waysIn(planning).map((way) => ({
      key: way.operation.key,
      operation: way.operation,
      persona: planning.nobody.name,
      sends: Object.keys(FAMILIES).map((family) => `${way.operation.key} without credentials, with fields of ${family}`),
      risk: 85,
      try: async (run) => tryFamilies(way, run),
    })),
}

/** Fields by what they pretend; `who` stands for the subject of somebody who may. */
const FAMILIES: Readonly<Record<string, (who: string, roles: string) => FieldLines>> = {
  'a user': (who, roles) => [
    ...[
      'X-User',
      'X-User-Id',
      'X-Username',
      'X-Forwarded-User',
      'X-Remote-User',
      'Remote-User',
      'X-Auth-Request-User',
      'X-Authenticated-User',
      'X-Authenticated-Userid',
      'X-WEBAUTH-USER',
    ].map((name): [string, string] => [name, who]),
    ...['X-Roles', 'X-User-Roles', 'X-Forwarded-Groups', 'X-Auth-Request-Groups'].map((name): [string, string] => [name, roles]),
  ],
  'a certificate': (who) => [
    ['X-SSL-Client-Verify', 'SUCCESS'],
    ['X-Client-Verify', 'SUCCESS'],
    ['X-SSL-Client-S-DN', `CN=${who}`],
    ['X-Client-Cert-Subject', `CN=${who}`],
    ['X-Forwarded-Client-Cert', `Subject="CN=${who}"`],
  ],
  'an address': () => [
    ['X-Forwarded-For', '127.0.0.1'],
    ['X-Real-IP', '127.0.0.1'],
    ['X-Client-IP', '127.0.0.1'],
    ['True-Client-IP', '127.0.0.1'],
    ['Forwarded', 'for=127.0.0.1'],
  ],
  'another path': () => [
    ['X-Original-URL', '/'],
    ['X-Rewrite-URL', '/'],
    ['X-Forwarded-Uri', '/'],
  ],
}

async function tryFamilies({ operation, persona }: Way, run: Run): Promise<Verdict> {
  const entitled = entitledTo(operation, run)
  const built = run.build(operation, persona)
  if (entitled === undefined) return inconclusive(NO_BASELINE)
  if (built.request === undefined) return notTested(built.missing)
  const without = run.cell(operation, run.nobody)?.observed
  if (without?.class === 'granted') return notTested('it answers without any credentials, which is a finding of its own')
  for (const [family, fieldsFor] of Object.entries(FAMILIES)) {
    const fields = fieldsFor(persona.principal?.subject ?? persona.name, persona.principal?.roles.join(',') ?? '')
    const all = await sendBare(withFields(built.request, ...fields), operation, run)
    if (all.class !== 'granted') continue
    const { name, observed } = (await single(fields, { operation, request: built.request }, run)) ?? { name: `several fields of ${family}`, observed: all }
    const { response } = observed.exchange
    return {
      level: response !== undefined && likeness(response, entitled.response) === 'same' ? 'proven' : 'strong',
      message: `${operation.key} answers without credentials to whoever sends ${name}`,
      expected: '401 with a challenge',
      observed: seen(observed),
      evidence: [...(without === undefined ? [] : [without.exchange]), observed.exchange],
      cause: name,
    }
  }
  return PASSED
}

interface Bare {
  readonly operation: AuditOperation
  readonly request: AuditRequest
}

/** The one field of many that does it. */
async function single(
  fields: FieldLines,
  { operation, request }: Bare,
  run: Run,
): Promise<{ readonly name: string; readonly observed: Observation } | undefined> {
  for (const [name, value] of fields) {
    const observed = await sendBare(withFields(request, [name, value]), operation, run)
    if (observed.class === 'granted') return { name: `\`${name}\``, observed }
  }
  return undefined
}
